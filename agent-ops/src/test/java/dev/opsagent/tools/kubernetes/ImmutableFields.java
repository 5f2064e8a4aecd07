package dev.opsagent.tools.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a server lets nobody change of an object that is there. */
final class ImmutableFields {
  private static final Map<String, List<String>> OF =
      Map.of(
          "Deployment", List.of("selector"),
          "DaemonSet", List.of("selector"),
          "StatefulSet", List.of("selector", "serviceName", "volumeClaimTemplates"),
          "Job", List.of("selector", "template", "completions"),
          "PersistentVolumeClaim", List.of("accessModes", "storageClassName", "volumeMode"));

  private ImmutableFields() {}

  /** The first that is changed. */
  static Optional<String> changed(Optional<Map<String, Object>> live, Map<String, Object> next) {
    return live.flatMap(now ->
        OF.getOrDefault(String.valueOf(next.get("kind")), List.of()).stream()
            .filter(field -> !Objects.equals(spec(now).get(field), spec(next).get(field)))
            .findFirst()
            .map("spec."::concat));
  }

  private static Map<?, ?> spec(Map<String, Object> object) {
    return object.get("spec") instanceof Map<?, ?> spec ? spec : Map.of();
  }
}
