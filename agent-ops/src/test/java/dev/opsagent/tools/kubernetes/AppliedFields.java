package dev.opsagent.tools.kubernetes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Server-side apply as far as these tests need it: who applied which field of which object, and
 * what is merged. An element of a list is known by its name or port; other lists are one value, and
 * so is the selector of a Service.
 */
final class AppliedFields {
  private static final Set<String> IDENTITY = Set.of("apiVersion", "kind", "status");
  private static final List<String> KEYS = List.of("name", "containerPort", "port");

  private final Map<String, Map<List<String>, Set<String>>> owners = new HashMap<>();

  /** What came of an apply. */
  sealed interface Merged {
    record Done(Map<String, Object> tree) implements Merged {}

    /** Fields with the manager that each belongs to. */
    record Refused(Map<String, String> fields) implements Merged {}
  }

  void forget(String object) {
    owners.remove(object);
  }

  /** The same, and nobody remembers it. */
  Merged rehearse(
      String object,
      String manager,
      boolean forced,
      Map<String, Object> applied,
      Optional<Map<String, Object>> live) {
    Map<List<String>, Set<String>> before = new HashMap<>();
    owners
        .getOrDefault(object, Map.of())
        .forEach((path, managers) -> before.put(path, new HashSet<>(managers)));
    Merged merged = apply(object, manager, forced, applied, live);
    owners.put(object, before);
    return merged;
  }

  /** Who manages what of an object, as a server tells it. */
  List<Map<String, Object>> managed(String object) {
    Map<String, Map<String, Object>> fields = new TreeMap<>();
    owners
        .getOrDefault(object, Map.of())
        .forEach((path, managers) ->
            managers.forEach(manager ->
                put(
                    fields.computeIfAbsent(manager, _ -> new LinkedHashMap<>()),
                    path.stream().map(AppliedFields::inFields).toList(),
                    new LinkedHashMap<>())));
    return fields.entrySet().stream()
        .<Map<String, Object>>map(it ->
            Map.of(
                "manager",
                it.getKey(),
                "operation",
                "Apply",
                "fieldsType",
                "FieldsV1",
                "fieldsV1",
                it.getValue()))
        .toList();
  }

  private static String inFields(String part) {
    return part.startsWith("[")
        ? "k:{\"" + part.substring(1, part.length() - 1).replaceFirst("=", "\":") + "}"
        : "f:" + part;
  }

  Merged apply(
      String object,
      String manager,
      boolean forced,
      Map<String, Object> applied,
      Optional<Map<String, Object>> live) {
    Map<List<String>, Set<String>> owned = owners.computeIfAbsent(object, _ -> new HashMap<>());
    Map<List<String>, Object> wanted = leaves(applied);
    Map<List<String>, Object> now = live.map(AppliedFields::leaves).orElseGet(LinkedHashMap::new);
    Map<String, String> refused = refused(manager, wanted, now, owned);
    if (!refused.isEmpty() && !forced) {
      return new Merged.Refused(refused);
    }
    owned.forEach((path, managers) -> {
      boolean givenUp = !wanted.containsKey(path) && managers.remove(manager);
      if (givenUp && managers.isEmpty()) {
        now.remove(path);
      }
    });
    owned.values().removeIf(Set::isEmpty);
    wanted.forEach((path, value) -> {
      if (isOwned(path)) {
        boolean same = value.equals(now.put(path, value));
        Set<String> managers = owned.computeIfAbsent(path, _ -> new HashSet<>());
        if (!same) {
          managers.clear();
        }
        managers.add(manager);
      } else {
        now.put(path, value);
      }
    });
    return new Merged.Done(tree(now));
  }

  private static Map<String, String> refused(
      String manager,
      Map<List<String>, Object> wanted,
      Map<List<String>, Object> now,
      Map<List<String>, Set<String>> owned) {
    Map<String, String> refused = new LinkedHashMap<>();
    wanted.forEach((path, value) ->
        owned.getOrDefault(path, Set.of()).stream()
            .filter(other -> !other.equals(manager) && !value.equals(now.get(path)))
            .findFirst()
            .ifPresent(other -> refused.put(written(path), other)));
    return refused;
  }

  private static boolean isOwned(List<String> path) {
    return !IDENTITY.contains(path.getFirst())
        && !path.equals(List.of("metadata", "name"))
        && !path.equals(List.of("metadata", "namespace"));
  }

  private static String written(List<String> path) {
    StringBuilder text = new StringBuilder();
    path.forEach(part -> text.append(part.startsWith("[") ? part : "." + part));
    return text.toString();
  }

  private static Map<List<String>, Object> leaves(Map<String, Object> tree) {
    Map<List<String>, Object> leaves = new LinkedHashMap<>();
    collect(List.of(), tree, leaves);
    return leaves;
  }

  private static void collect(List<String> at, Object value, Map<List<String>, Object> leaves) {
    switch (value) {
      case Map<?, ?> map when !map.isEmpty() && !isSelectorOfService(at, map) ->
          map.forEach((key, child) -> collect(below(at, String.valueOf(key)), child, leaves));
      case List<?> list when !list.isEmpty() && list.stream().allMatch(it -> key(it).isPresent()) ->
          list.forEach(child -> collect(below(at, key(child).orElseThrow()), child, leaves));
      case null -> {}
      default -> leaves.put(at, value);
    }
  }

  private static boolean isSelectorOfService(List<String> at, Map<?, ?> map) {
    return at.equals(List.of("spec", "selector"))
        && map.values().stream().allMatch(String.class::isInstance);
  }

  private static Optional<String> key(Object element) {
    return element instanceof Map<?, ?> map
        ? KEYS.stream()
            .filter(map::containsKey)
            .findFirst()
            .map(it -> "[%s=\"%s\"]".formatted(it, map.get(it)))
        : Optional.empty();
  }

  private static List<String> below(List<String> at, String part) {
    List<String> path = new ArrayList<>(at);
    path.add(part);
    return List.copyOf(path);
  }

  private static Map<String, Object> tree(Map<List<String>, Object> leaves) {
    Map<String, Object> root = new LinkedHashMap<>();
    leaves.forEach((path, value) -> put(root, path, value));
    root.replaceAll((_, child) -> listed(child));
    return root;
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> root, List<String> path, Object value) {
    Map<String, Object> at = root;
    for (String part : path.subList(0, path.size() - 1)) {
      at = (Map<String, Object>) at.computeIfAbsent(part, _ -> new LinkedHashMap<>());
    }
    at.put(path.getLast(), value);
  }

  @SuppressWarnings("unchecked")
  private static Object listed(Object value) {
    if (!(value instanceof Map<?, ?> map) || map.isEmpty()) {
      return value;
    }
    Map<String, Object> children = new LinkedHashMap<>((Map<String, Object>) map);
    children.replaceAll((_, child) -> listed(child));
    return children.keySet().iterator().next().startsWith("[")
        ? new ArrayList<>(children.values())
        : children;
  }
}
