package dev.opsagent.tools.compose;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What containers see of the folder of a release. Whatever lies in a folder that a container may
 * write to can become a link, and the engine follows it on the host when it mounts it for another
 * container.
 *
 * @param config the resolved compose file
 * @param folder of the release
 */
record BindMounts(JsonNode config, Path folder) {
  private record Mount(String service, Path source, boolean isWritable) {}

  /** The mounts that a container could turn to another place of the host, in words. */
  Stream<String> faults() {
    List<Mount> mounts = ofServices().toList();
    List<Mount> writable = mounts.stream().filter(Mount::isWritable).toList();
    return Stream.concat(mounts.stream(), ofFiles())
        .flatMap(mount ->
            writable.stream()
                .filter(it -> isWithin(mount.source(), it.source()))
                .map(it ->
                    "%s mounts what lies in a folder that %s may write to"
                        .formatted(mount.service(), it.service())));
  }

  private static boolean isWithin(Path path, Path other) {
    return path.startsWith(other) && !path.equals(other);
  }

  private Stream<Mount> ofServices() {
    return config.path("services").properties().stream()
        .flatMap(service ->
            service
                .getValue()
                .path("volumes")
                .valueStream()
                .flatMap(it -> mount("service " + service.getKey(), it)));
  }

  private Stream<Mount> mount(String service, JsonNode volume) {
    if (!volume.isString()) {
      String source = volume.path("source").asString("");
      return volume.path("type").asString("").equals("bind")
          ? Stream.of(new Mount(service, at(source), !volume.path("read_only").asBoolean(false)))
          : Stream.empty();
    }
    String[] parts = volume.asString().split(":", -1);
    boolean isReadOnly = parts.length > 2 && List.of(parts[2].split(",", -1)).contains("ro");
    return parts.length > 1 && parts[0].matches("[./~].*")
        ? Stream.of(new Mount(service, at(parts[0]), !isReadOnly))
        : Stream.empty();
  }

  /** Secrets and settings are mounted too. */
  private Stream<Mount> ofFiles() {
    return Stream.of("secrets", "configs")
        .flatMap(kind -> config.path(kind).properties().stream())
        .filter(it -> !it.getValue().path("file").asString("").isEmpty())
        .map(it -> new Mount(it.getKey(), at(it.getValue().path("file").asString()), false));
  }

  private Path at(String source) {
    return folder.resolve(source).normalize();
  }
}
