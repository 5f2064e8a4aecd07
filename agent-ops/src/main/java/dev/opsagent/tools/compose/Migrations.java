package dev.opsagent.tools.compose;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Services that change data when they run, and then end: those that a label of the compose file
 * marks. Each time a release is brought up, they run.
 *
 * @param config the resolved compose file
 */
record Migrations(JsonNode config) {
  static final String LABEL = "dev.opsagent.migration";

  /** What they do, in words. */
  List<String> words() {
    return config.path("services").properties().stream()
        .filter(service -> isMarked(service.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .map(it -> "service %s changes data, as its label %s says".formatted(it, LABEL))
        .toList();
  }

  /** Why there cannot be more than one of the service; empty when it is no migration. */
  Optional<String> onlyOnce(String service) {
    return Optional.of("services.%s.labels marks a migration".formatted(service))
        .filter(_ -> isMarked(config.path("services").path(service)));
  }

  /** Whatever does not say clearly that it is none counts as one. */
  private static boolean isMarked(JsonNode service) {
    JsonNode labels = service.path("labels");
    Optional<String> mark =
        labels.isArray()
            ? labels.valueStream().map(JsonNode::asString).flatMap(Migrations::ofPair).findFirst()
            : Optional.of(labels.path(LABEL))
                .filter(it -> !it.isMissingNode())
                .map(it -> it.asString(""));
    return mark.filter(it -> !it.equals("false")).isPresent();
  }

  private static Stream<String> ofPair(String pair) {
    String[] parts = pair.split("=", 2);
    return parts[0].equals(LABEL) ? Stream.of(parts.length > 1 ? parts[1] : "") : Stream.empty();
  }
}
