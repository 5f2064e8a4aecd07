package dev.opsagent.tools.compose;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How many containers each service has by its compose file.
 *
 * @param config the resolved compose file
 */
record Counts(JsonNode config) {
  private static final String SCALE = "scale";
  private static final String DEPLOY = "deploy";
  private static final String REPLICAS = "replicas";

  Map<String, Integer> all() {
    Map<String, Integer> all = new HashMap<>();
    config
        .path("services")
        .properties()
        .forEach(service -> all.put(service.getKey(), of(service.getValue())));
    return all;
  }

  private static int of(JsonNode service) {
    return service.path(DEPLOY).path(REPLICAS).asInt(service.path(SCALE).asInt(1));
  }

  /**
   * What a file beside it says for another number: under the same keys, since two may not differ.
   */
  Map<String, Object> override(String name, int count) {
    JsonNode service = service(name);
    boolean deployed = service.path(DEPLOY).has(REPLICAS);
    Map<String, Object> keys = new HashMap<>();
    if (deployed) {
      keys.put(DEPLOY, Map.of(REPLICAS, count));
    }
    if (service.has(SCALE) || (!deployed && count != 1)) {
      keys.put(SCALE, count);
    }
    return keys;
  }

  /** Why there cannot be more than one of the service, by the key that says so. */
  Optional<String> onlyOnce(String name) {
    JsonNode service = service(name);
    String key = "services.%s.".formatted(name);
    Stream<String> named =
        Stream.of(service.path("container_name").asString(""))
            .filter(it -> !it.isEmpty())
            .map(it -> key + "container_name names its one container " + it);
    Stream<String> published =
        Separation.published(service)
            .filter(it -> !it.contains("-"))
            .map(it -> key + "ports publishes the port %s of the host".formatted(it));
    return Stream.concat(named, published).findFirst();
  }

  private JsonNode service(String name) {
    return config.path("services").path(name);
  }
}
