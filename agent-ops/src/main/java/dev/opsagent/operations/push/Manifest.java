package dev.opsagent.operations.push;

import dev.opsagent.operations.JsonSplice;
import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a push reads in {@code package.json}.
 *
 * @param isPrivate whether the package says that it must not be published
 * @param scripts names of the package's scripts
 * @param hasDependencies whether its scripts may need an install first
 * @param declared what the package says it ships, relative and without a leading {@code ./}: {@code
 *     files}, {@code main}, {@code bin}, {@code exports} and their like
 */
record Manifest(
    String name,
    SemanticVersion version,
    boolean isPrivate,
    Set<String> scripts,
    boolean hasDependencies,
    List<String> declared) {
  static final String FILE = "package.json";

  private static final Pattern NAME =
      Pattern.compile("(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*");
  private static final int MAX_NAME = 214;
  private static final List<String> DEPENDENCIES =
      List.of("dependencies", "devDependencies", "optionalDependencies");
  private static final List<String> SHIPPED =
      List.of("files", "main", "module", "browser", "types", "typings", "bin", "man", "exports");

  Manifest {
    scripts = Set.copyOf(scripts);
    declared = List.copyOf(declared);
  }

  /** Reads the file, or says what is wrong with it. */
  static Manifest read(byte[] json) throws Stopped {
    ObjectNode root =
        JsonSplice.read(json)
            .orElseThrow(() -> invalid("it is not a JSON object without duplicate keys"));
    String name = root.path("name").asString("");
    if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
      throw invalid("/name is not a package name");
    }
    SemanticVersion version =
        SemanticVersion.parse(root.path("version").asString(""))
            .orElseThrow(() -> invalid("/version is not a semantic version"));
    return new Manifest(
        name,
        version,
        root.path("private").asBoolean(false),
        new TreeSet<>(root.path("scripts").propertyNames()),
        DEPENDENCIES.stream().anyMatch(key -> !root.path(key).isEmpty()),
        declared(root));
  }

  private static List<String> declared(ObjectNode root) {
    List<String> declared = new ArrayList<>();
    SHIPPED.forEach(key -> strings(root.path(key)).forEach(declared::add));
    Stream.of("bundleDependencies", "bundledDependencies")
        .flatMap(key -> strings(root.path(key)))
        .forEach(name -> declared.add("node_modules/" + name));
    return declared.stream()
        .map(Manifest::relative)
        .filter(path -> !path.isEmpty() && !path.startsWith("!"))
        .toList();
  }

  private static Stream<String> strings(JsonNode node) {
    if (node.isString()) {
      return Stream.of(node.asString());
    }
    return node.values().stream().flatMap(Manifest::strings);
  }

  private static String relative(String path) {
    return path.replaceFirst("^(\\./|/)+", "").replaceFirst("/+(\\*\\*?)?$", "");
  }

  private static Stopped invalid(String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "read " + FILE,
            cause,
            "correct it on the branch, then push again"));
  }
}
