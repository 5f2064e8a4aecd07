package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Difference;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares an object with what the server would make of it if it were applied again: so values that
 * a server writes in another way are no difference, and fields that nobody asked for are none.
 */
final class BundleDrift {
  private static final Set<String> OF_THE_SERVER =
      Set.of("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp");
  private static final List<String> KEYS = List.of("name", "containerPort", "port");
  private static final String ABSENT = "absent";

  private final HasMetadata live;
  private final Printable said;
  private final List<Difference> found = new ArrayList<>();

  private BundleDrift(HasMetadata live, Printable said) {
    this.live = live;
    this.said = said;
  }

  /** An object that is gone. */
  private static Difference gone(Named named) {
    return new Difference(named.toString(), "present", ABSENT, Optional.empty());
  }

  /** What is otherwise of an object in the cluster than it would be if it were applied again. */
  static Answer<List<Difference>> of(HasMetadata wanted, Cluster cluster, Printable said) {
    Named named = Named.of(wanted);
    return cluster
        .find(named.kind(), named.name())
        .then(live ->
            live.isEmpty()
                ? new Answer.Ok<>(List.of(gone(named)))
                : cluster
                    .rehearse(wanted, true)
                    .map(applied -> between(live.get(), applied, said)));
  }

  /**
   * The fields that would change.
   *
   * @param live the object as it is
   * @param applied what would become of it
   */
  static List<Difference> between(HasMetadata live, HasMetadata applied, Printable said) {
    BundleDrift drift = new BundleDrift(live, said);
    Map<String, Object> is = BundleObjects.tree(live);
    Map<String, Object> should = BundleObjects.tree(applied);
    is.remove("status");
    should.remove("status");
    drift.compare(List.of(), should, is);
    return List.copyOf(drift.found);
  }

  private void compare(List<String> path, Object should, Object is) {
    Map<String, Object> wanted = parts(should);
    Map<String, Object> there = parts(is);
    if (wanted.isEmpty() && there.isEmpty()) {
      if (!Objects.equals(should, is)) {
        add(path, String.valueOf(should), String.valueOf(is));
      }
      return;
    }
    Set<String> all = new TreeSet<>(wanted.keySet());
    all.addAll(there.keySet());
    for (String part : all) {
      List<String> below = new ArrayList<>(path);
      below.add(part);
      if (!wanted.containsKey(part) || !there.containsKey(part)) {
        add(below, told(wanted.get(part)), told(there.get(part)));
      } else if (!isOfTheServer(below)) {
        compare(below, wanted.get(part), there.get(part));
      }
    }
  }

  private static boolean isOfTheServer(List<String> path) {
    return path.size() == 2
        && path.getFirst().equals("metadata")
        && OF_THE_SERVER.contains(path.getLast());
  }

  private static String told(@Nullable Object value) {
    return value == null ? ABSENT : String.valueOf(value);
  }

  /** What a value is made of, by name; empty for one that is a whole. */
  private static Map<String, Object> parts(Object value) {
    Map<String, Object> parts = new LinkedHashMap<>();
    switch (value) {
      case Map<?, ?> map -> map.forEach((key, child) -> parts.put(String.valueOf(key), child));
      case List<?> list when list.stream().allMatch(it -> key(it).isPresent()) ->
          list.forEach(it -> parts.put(key(it).orElseThrow(), it));
      case null, default -> {}
    }
    return parts;
  }

  private static Optional<String> key(Object element) {
    return element instanceof Map<?, ?> map
        ? KEYS.stream()
            .filter(map::containsKey)
            .findFirst()
            .map(it -> "[%s=%s]".formatted(it, map.get(it)))
        : Optional.empty();
  }

  private void add(List<String> path, String wanted, String is) {
    if (isOfTheServer(path)) {
      return;
    }
    String field =
        path.stream().map(it -> it.startsWith("[") ? it : "." + it).collect(Collectors.joining());
    found.add(
        new Difference(
            "%s: %s".formatted(Named.of(live), field), said.line(wanted), said.line(is), by(path)));
  }

  /** Who else has written the field, by what the cluster keeps of that. */
  private Optional<String> by(List<String> path) {
    String managers =
        Optional.ofNullable(live.getMetadata().getManagedFields()).orElse(List.of()).stream()
            .filter(it -> !Manifests.OPS_AGENT.equals(it.getManager()))
            .filter(it -> owns(it, path))
            .map(ManagedFieldsEntry::getManager)
            .distinct()
            .collect(Collectors.joining(", "));
    return Optional.of(managers).filter(it -> !it.isEmpty());
  }

  private static boolean owns(ManagedFieldsEntry entry, List<String> path) {
    Object at =
        Optional.ofNullable(entry.getFieldsV1())
            .map(FieldsV1::getAdditionalProperties)
            .orElse(Map.of());
    for (String part : path) {
      Map<?, ?> fields = (Map<?, ?>) at;
      Optional<?> next =
          fields.entrySet().stream()
              .filter(it -> isFor(String.valueOf(it.getKey()), part))
              .map(Map.Entry::getValue)
              .findFirst();
      if (next.isEmpty() || !(next.get() instanceof Map<?, ?> below)) {
        return false;
      }
      if (below.isEmpty()) {
        return true;
      }
      at = below;
    }
    return true;
  }

  /** Of an element of a list, a server keeps its keys as JSON. */
  private static boolean isFor(String field, String part) {
    if (!part.startsWith("[")) {
      return field.equals("f:" + part);
    }
    String[] pair = part.substring(1, part.length() - 1).split("=", 2);
    return field.startsWith("k:{")
        && (field.contains("\"%s\":\"%s\"".formatted(pair[0], pair[1]))
            || field.contains("\"%s\":%s,".formatted(pair[0], pair[1]))
            || field.contains("\"%s\":%s}".formatted(pair[0], pair[1])));
  }
}
