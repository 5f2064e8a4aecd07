package dev.opsagent.tools.compose;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a compose file of a repository may not ask for: anything that gives a container the host.
 * Judges the resolved configuration, in which every extension and variable is filled in.
 */
final class ComposePolicy {
  private static final List<String> FORBIDDEN =
      List.of(
          "devices",
          "cap_add",
          "security_opt",
          "device_cgroup_rules",
          "volumes_from",
          "gpus",
          "cgroup_parent",
          "credential_spec",
          "provider",
          "use_api_socket");
  private static final List<String> NAMESPACES =
      List.of("network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup");
  private static final Set<String> HARMLESS = Set.of("", "none", "private", "bridge", "shareable");

  private final Path folder;

  /**
   * @param folder of the release: the only part of the host that a container may see
   */
  ComposePolicy(Path folder) {
    this.folder = folder;
  }

  /** The first thing that is not allowed, in words. */
  Optional<String> fault(JsonNode config) {
    Stream<String> services =
        config.path("services").properties().stream()
            .flatMap(service -> faults(service.getKey(), service.getValue()));
    Stream<String> volumes =
        config.path("volumes").properties().stream()
            .filter(volume -> !volume.getValue().path("driver_opts").isEmpty())
            .map(volume -> "volume " + volume.getKey() + " sets driver options");
    Stream<String> files =
        Stream.of("secrets", "configs")
            .flatMap(kind -> config.path(kind).properties().stream())
            .filter(entry -> leadsOut(entry.getValue().path("file").asString("")))
            .map(entry -> entry.getKey() + " reads a file outside the release");
    return Stream.of(services, volumes, files, new BindMounts(config, folder).faults())
        .flatMap(faults -> faults)
        .findFirst();
  }

  private Stream<String> faults(String name, JsonNode service) {
    Stream<String> asked =
        FORBIDDEN.stream().filter(key -> isSet(service.path(key))).map(key -> "sets " + key);
    Stream<String> shared =
        NAMESPACES.stream()
            .filter(key -> !isHarmless(service.path(key).asString("")))
            .map(key -> "shares a namespace by " + key);
    Stream<String> mounts =
        service.path("volumes").valueStream().filter(this::mountsHost).map(v -> "mounts the host");
    Stream<String> rest =
        Stream.of(
                service.path("privileged").asBoolean(false) ? "is privileged" : "",
                hooks(service).anyMatch(it -> it.path("privileged").asBoolean(false))
                    ? "has a privileged hook"
                    : "",
                buildsOutside(service.path("build")) ? "is built from outside the release" : "")
            .filter(fault -> !fault.isEmpty());
    return Stream.of(asked, shared, mounts, rest)
        .flatMap(faults -> faults)
        .map(fault -> "service " + name + " " + fault);
  }

  private static boolean isSet(JsonNode value) {
    return value.isContainer() ? !value.isEmpty() : !value.asString("").matches("|false");
  }

  private static Stream<JsonNode> hooks(JsonNode service) {
    return Stream.of("post_start", "pre_stop").flatMap(it -> service.path(it).valueStream());
  }

  private static boolean isHarmless(String namespace) {
    return HARMLESS.contains(namespace) || namespace.startsWith("service:");
  }

  private boolean mountsHost(JsonNode volume) {
    if (volume.isString()) {
      String source = volume.asString().split(":", 2)[0];
      return volume.asString().contains(":") && isPath(source) && leadsOut(source);
    }
    boolean bind = volume.path("type").asString("").equals("bind");
    return bind ? leadsOut(volume.path("source").asString("/")) : isUnusual(volume);
  }

  private static boolean isUnusual(JsonNode volume) {
    return !Set.of("volume", "tmpfs").contains(volume.path("type").asString(""));
  }

  private static boolean isPath(String source) {
    return source.startsWith("/") || source.startsWith(".") || source.startsWith("~");
  }

  private boolean buildsOutside(JsonNode build) {
    String context = build.isString() ? build.asString() : build.path("context").asString("");
    return isRemote(context)
        || leadsOut(context)
        || leadsOut(
            folder.resolve(context).resolve(build.path("dockerfile").asString("")).toString())
        || !build.path("additional_contexts").isEmpty()
        || !build.path("entitlements").isEmpty()
        || build.path("privileged").asBoolean(false)
        || build.path("network").asString("").equals("host")
        || !build.path("ssh").isEmpty();
  }

  /** A resolved context is an absolute path, unless it is fetched from somewhere. */
  private static boolean isRemote(String context) {
    return !context.isEmpty() && !isPath(context);
  }

  private boolean leadsOut(String path) {
    return !path.isEmpty()
        && (path.startsWith("~") || !folder.resolve(path).normalize().startsWith(folder));
  }
}
