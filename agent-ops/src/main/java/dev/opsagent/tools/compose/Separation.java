package dev.opsagent.tools.compose;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What two releases of one target would fight over when both run at once, each as a project of its
 * own: names and ports of the host, and data.
 *
 * @param config the resolved compose file
 * @param project the name of its project
 * @param port what {@code ${PORT}} stands for in it
 */
record Separation(JsonNode config, String project, Optional<Integer> port) {
  /** The first thing that two of them cannot both have, in words. */
  Optional<String> fault() {
    return Stream.of(
            services().flatMap(it -> ofService(it.getKey(), it.getValue())),
            config.path("networks").properties().stream()
                .filter(it -> isNamed(it.getKey(), it.getValue()))
                .map(it -> "its network " + it.getKey() + " has a name of its own"),
            unreached().stream())
        .flatMap(faults -> faults)
        .findFirst();
  }

  private Stream<Map.Entry<String, JsonNode>> services() {
    return config.path("services").properties().stream();
  }

  private Stream<String> ofService(String name, JsonNode service) {
    Stream<String> names =
        Stream.of(service.path("container_name").asString(""))
            .filter(it -> !it.isEmpty())
            .map(it -> "service %s has the container name %s".formatted(name, it));
    Stream<String> ports =
        published(service)
            .filter(it -> !isOwn(it))
            .map(it -> "service %s publishes the port %s of the host".formatted(name, it));
    Stream<String> volumes =
        service
            .path("volumes")
            .valueStream()
            .filter(Separation::isVolume)
            .map(_ -> "service %s keeps data in a volume".formatted(name));
    return Stream.of(names, ports, volumes)
        .flatMap(faults -> faults)
        .map(fault -> fault + ", which two releases cannot share");
  }

  /** Callers would never reach it. */
  private Optional<String> unreached() {
    boolean reached = services().anyMatch(it -> published(it.getValue()).anyMatch(this::isOwn));
    return reached ? Optional.empty() : Optional.of("no service publishes ${PORT}");
  }

  private boolean isOwn(String published) {
    return port.filter(it -> published.equals(it.toString())).isPresent();
  }

  /** Ports of the host that are asked for; without one, the engine takes any. */
  static Stream<String> published(JsonNode service) {
    return service.path("ports").valueStream().map(Separation::host).filter(it -> !it.isEmpty());
  }

  private static String host(JsonNode port) {
    if (!port.isString()) {
      String published = port.path("published").asString("");
      return published.equals("0") ? "" : published;
    }
    String[] parts = port.asString().split(":", -1);
    return parts.length == 1 ? "" : parts[parts.length - 2];
  }

  /** Without a colon it is one that nobody has named. */
  private static boolean isVolume(JsonNode mount) {
    if (!mount.isString()) {
      return mount.path("type").asString("").equals("volume");
    }
    String words = mount.asString();
    return !words.contains(":") || !words.matches("[./~].*");
  }

  private boolean isNamed(String key, JsonNode network) {
    JsonNode external = network.path("external");
    boolean shared = external.isObject() || external.asBoolean(false);
    return !shared
        && !network.path("name").asString(project + "_" + key).equals(project + "_" + key);
  }
}
