package dev.opsagent.tools.compose;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Where the services of a release would find their data.
 *
 * @param config the resolved compose file
 * @param project the name of its project
 */
record Volumes(JsonNode config, String project) {
  /**
   * A volume that a container has now.
   *
   * @param volume its name on the engine
   * @param path where it is mounted
   */
  record Mount(String service, String project, String volume, String path, String driver) {
    /** What tells of a container's mounts, for {@link #parse}. */
    static final String FORMAT =
        "{{index .Config.Labels \"%s\"}}\t{{index .Config.Labels \"%s\"}}\t{{json .Mounts}}"
            .formatted(Containers.SERVICE, Containers.PROJECT);

    /** The engine names those by itself that nobody has named. */
    private static final Pattern UNNAMED = Pattern.compile("[0-9a-f]{64}");

    static Stream<Mount> parse(String line) {
      List<String> fields = Arrays.asList(line.split("\t", 3));
      return Json.readTree(fields.get(2).getBytes(StandardCharsets.UTF_8))
          .valueStream()
          .filter(mount -> mount.path("Type").asString("").equals("volume"))
          .map(mount ->
              new Mount(
                  fields.get(0),
                  fields.get(1),
                  mount.path("Name").asString(""),
                  mount.path("Destination").asString(""),
                  mount.path("Driver").asString("")));
    }

    boolean isUnnamed() {
      return UNNAMED.matcher(volume).matches();
    }
  }

  /**
   * A volume that a service asks for.
   *
   * @param key in the compose file; empty: it is given no name; a path: it is no volume
   */
  private record Wanted(String key, String path) {
    static Wanted of(JsonNode mount) {
      if (!mount.isString()) {
        boolean named = mount.path("type").asString("").equals("volume");
        String source = mount.path("source").asString("");
        String path = mount.path("target").asString("");
        return new Wanted(named ? source : "/" + source, path);
      }
      String[] parts = mount.asString().split(":", 3);
      return parts.length == 1 ? new Wanted("", parts[0]) : new Wanted(parts[0], parts[1]);
    }
  }

  /** The names of all that are given one. */
  List<String> named() {
    return config.path("volumes").propertyNames().stream().sorted().toList();
  }

  /** What services would miss of these, in words. */
  List<String> losses(List<Mount> now) {
    return now.stream()
        .flatMap(mount -> (mount.isUnnamed() ? ofUnnamed(mount) : ofNamed(mount)).stream())
        .toList();
  }

  private Optional<String> ofNamed(Mount mount) {
    String words = "volume %s of service %s ".formatted(mount.volume, mount.service);
    Optional<String> key = key(mount.volume);
    if (key.isEmpty()) {
      return Optional.of(words + "is not in the release");
    }
    String driver = config.path("volumes").path(key.get()).path("driver").asString("local");
    boolean external = isExternal(config.path("volumes").path(key.get()));
    if (!external && !driver.equals(mount.driver)) {
      return Optional.of(words + "has the driver %s, not %s".formatted(mount.driver, driver));
    }
    if (!has(mount.service)) {
      boolean taken =
          services().anyMatch(service -> wanted(service).anyMatch(it -> it.key.equals(key.get())));
      return taken ? Optional.empty() : Optional.of(words + "is mounted by no service any more");
    }
    boolean kept =
        wanted(mount.service)
            .anyMatch(it -> it.key.equals(key.get()) && it.path.equals(mount.path));
    return kept
        ? Optional.empty()
        : Optional.of(words + "is not mounted under %s any more".formatted(mount.path));
  }

  /**
   * Compose hands them on to the next container of the service, as long as it stays where it is.
   */
  private Optional<String> ofUnnamed(Mount mount) {
    String words =
        "the unnamed volume under %s of service %s ".formatted(mount.path, mount.service);
    if (!has(mount.service) || !mount.project.equals(project)) {
      return Optional.of(words + "is left behind with its project or service");
    }
    boolean covered =
        wanted(mount.service).anyMatch(it -> it.path.equals(mount.path) && !it.key.isEmpty());
    return covered ? Optional.of(words + "gives way to another mount") : Optional.empty();
  }

  private Optional<String> key(String volume) {
    return config.path("volumes").properties().stream()
        .filter(entry -> name(entry.getKey(), entry.getValue()).equals(volume))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private String name(String key, JsonNode volume) {
    String given = volume.path("external").path("name").asString("");
    String usual = isExternal(volume) ? key : project + "_" + key;
    return volume.path("name").asString(given.isEmpty() ? usual : given);
  }

  private static boolean isExternal(JsonNode volume) {
    JsonNode external = volume.path("external");
    return external.isObject() || external.asBoolean(false);
  }

  private Stream<String> services() {
    return config.path("services").propertyNames().stream();
  }

  private boolean has(String service) {
    return config.path("services").has(service);
  }

  private Stream<Wanted> wanted(String service) {
    return config.path("services").path(service).path("volumes").valueStream().map(Wanted::of);
  }
}
