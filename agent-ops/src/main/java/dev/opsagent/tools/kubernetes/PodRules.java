package dev.opsagent.tools.kubernetes;

import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the pods of a repository's workload may ask: nothing of the node that they run on. */
final class PodRules {
  private static final String SPEC = "spec.template.spec";

  private PodRules() {}

  static Stream<String> faults(JsonNode pod) {
    JsonNode volumes = pod.path("volumes");
    return Stream.of(
            ManifestRules.others(pod, SPEC, ManifestFields.POD),
            ManifestRules.unless(
                !pod.path("automountServiceAccountToken").asBoolean(false),
                SPEC + ".automountServiceAccountToken must be false"),
            security(pod, SPEC, ManifestFields.POD_SECURITY),
            IntStream.range(0, volumes.size())
                .boxed()
                .flatMap(index ->
                    ManifestRules.others(
                        volumes.get(index),
                        "%s.volumes[%d]".formatted(SPEC, index),
                        ManifestFields.VOLUME)),
            containers(pod, "initContainers"),
            containers(pod, "containers"))
        .flatMap(faults -> faults);
  }

  private static Stream<String> containers(JsonNode pod, String part) {
    JsonNode containers = pod.path(part);
    return IntStream.range(0, containers.size())
        .boxed()
        .flatMap(
            index -> container(containers.get(index), "%s.%s[%d]".formatted(SPEC, part, index)));
  }

  private static Stream<String> container(JsonNode container, String path) {
    JsonNode ports = container.path("ports");
    JsonNode security = container.path("securityContext");
    return Stream.of(
            ManifestRules.others(container, path, ManifestFields.CONTAINER),
            ManifestRules.unless(
                Recipe.PINNED.matcher(container.path("image").asString("")).matches(),
                path + ".image must be named by its digest, as NAME@sha256:DIGEST"),
            IntStream.range(0, ports.size())
                .boxed()
                .flatMap(index ->
                    ManifestRules.others(
                        ports.get(index),
                        "%s.ports[%d]".formatted(path, index),
                        ManifestFields.CONTAINER_PORT)),
            hosts(container, path),
            security(container, path, ManifestFields.CONTAINER_SECURITY),
            ManifestRules.unless(
                !security.path("allowPrivilegeEscalation").asBoolean(false),
                path + ".securityContext.allowPrivilegeEscalation must be false"),
            ManifestRules.others(
                security.path("capabilities"),
                path + ".securityContext.capabilities",
                ManifestFields.CAPABILITIES))
        .flatMap(faults -> faults);
  }

  /** A node asks for a pod; with a host of its choice, it would be asked of anybody. */
  private static Stream<String> hosts(JsonNode container, String path) {
    return Stream.of(
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle.postStart",
            "lifecycle.preStop")
        .flatMap(by -> Stream.of(by + ".httpGet", by + ".tcpSocket"))
        .filter(at -> container.at("/" + at.replace('.', '/')).has("host"))
        .map(at -> "%s.%s.host must be left out: it is the pod's".formatted(path, at));
  }

  private static Stream<String> security(JsonNode owner, String path, Set<String> taken) {
    JsonNode security = owner.path("securityContext");
    return Stream.concat(
        ManifestRules.others(security, path + ".securityContext", taken),
        ManifestRules.unless(
            !security.path("seccompProfile").path("type").asString("").equals("Unconfined"),
            path + ".securityContext.seccompProfile.type must not be Unconfined"));
  }
}
