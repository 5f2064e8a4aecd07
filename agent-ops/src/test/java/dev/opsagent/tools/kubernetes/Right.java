package dev.opsagent.tools.kubernetes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What an account may do with a kind of object in a namespace, as a rule of RBAC says it.
 *
 * @param group of the API; empty for the core
 * @param resource in the plural, with its part after a slash
 */
record Right(String group, String resource, String verb) implements Comparable<Right> {
  /**
   * The right that a request needs; empty for what belongs to no namespace, such as asking which
   * APIs there are.
   *
   * @param path with its query
   */
  static Optional<Right> of(String method, String path) {
    List<String> parts = Arrays.asList(path.split("\\?", 2)[0].substring(1).split("/", -1));
    int at = parts.indexOf("namespaces") + 2;
    if (at < 2 || parts.size() <= at) {
      return Optional.empty();
    }
    String group = parts.getFirst().equals("apis") ? parts.get(1) : "";
    boolean named = parts.size() > at + 1;
    String part = parts.size() > at + 2 ? "/" + parts.get(at + 2) : "";
    return Optional.of(
        new Right(group, parts.get(at) + part, verb(method, named, path.contains("watch=true"))));
  }

  private static String verb(String method, boolean named, boolean watches) {
    return switch (method) {
      case "GET" -> watches ? "watch" : named ? "get" : "list";
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> named ? "delete" : "deletecollection";
      default -> throw new AssertionError("no verb for " + method);
    };
  }

  Right verb(String other) {
    return new Right(group, resource, other);
  }

  @Override
  public int compareTo(Right other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(verb, resource, group.isEmpty() ? "" : "." + group);
  }
}
