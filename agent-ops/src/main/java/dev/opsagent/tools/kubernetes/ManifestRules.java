package dev.opsagent.tools.kubernetes;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What an object of a repository may ask of a cluster. A fault begins with the field's path. */
final class ManifestRules {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final String MIGRATION = "metadata.annotations[" + Marks.MIGRATION + "]";
  private static final String NOT_TAKEN = " is not taken from a repository";

  private ManifestRules() {}

  /** The first fault of an object; empty when it may be applied to the namespace. */
  static Optional<String> fault(ManifestKind kind, JsonNode object, String namespace) {
    JsonNode spec = object.path("spec");
    return Stream.of(
            others(object, "", ManifestFields.ROOT),
            metadata(object.path("metadata"), namespace),
            migration(kind, object.path("metadata").path("annotations").path(Marks.MIGRATION)),
            others(spec, "spec", kind.spec()),
            kind.isWorkload() ? workload(spec) : Stream.<String>empty(),
            kind == ManifestKind.ROLLOUT ? ArgoRules.faults(spec) : Stream.<String>empty(),
            claims(spec.path("volumeClaimTemplates")),
            kind == ManifestKind.SERVICE ? service(spec) : Stream.<String>empty())
        .flatMap(faults -> faults)
        .findFirst();
  }

  /** The fields beside those that are known to do no harm. */
  static Stream<String> others(JsonNode object, String path, Set<String> taken) {
    return object.propertyNames().stream()
        .filter(name -> !taken.contains(name))
        .map(name -> (path.isEmpty() ? name : path + "." + name) + NOT_TAKEN);
  }

  static Stream<String> unless(boolean holds, String fault) {
    return holds ? Stream.empty() : Stream.of(fault);
  }

  private static Stream<String> metadata(JsonNode metadata, String namespace) {
    return Stream.of(
            others(metadata, "metadata", ManifestFields.METADATA),
            unless(
                NAME.matcher(metadata.path("name").asString("")).matches(),
                "metadata.name must be of small letters, digits and dashes"),
            unless(
                metadata.path("namespace").asString(namespace).equals(namespace),
                "metadata.namespace is not the environment's, which is " + namespace),
            marks(metadata, "metadata"))
        .flatMap(faults -> faults);
  }

  /** What tells whose an object is, and what other programs would run as configuration. */
  private static Stream<String> marks(JsonNode metadata, String path) {
    return Stream.of("labels", "annotations")
        .flatMap(part ->
            metadata.path(part).propertyNames().stream()
                .filter(ManifestRules::isReserved)
                .map(name -> path + "." + part + "[" + name + "]")
                .filter(field -> !field.equals(MIGRATION))
                .map(field -> field + NOT_TAKEN));
  }

  /** A mark that did nothing would be taken for a guard. */
  private static Stream<String> migration(ManifestKind kind, JsonNode mark) {
    boolean guards = kind == ManifestKind.JOB && mark.asString("").equals(Marks.IS_ONE);
    return unless(
        mark.isMissingNode() || guards,
        "%s must be \"%s\", and is for a Job only".formatted(MIGRATION, Marks.IS_ONE));
  }

  private static boolean isReserved(String name) {
    return name.startsWith(Intent.PREFIX)
        || name.equals(Manifests.MANAGED_BY)
        || name.endsWith("-snippet");
  }

  private static Stream<String> workload(JsonNode spec) {
    JsonNode template = spec.path("template");
    JsonNode update = spec.path("updateStrategy");
    return Stream.of(
            others(spec.path("selector"), "spec.selector", ManifestFields.SELECTOR),
            others(template, "spec.template", ManifestFields.TEMPLATE),
            others(
                template.path("metadata"),
                "spec.template.metadata",
                ManifestFields.TEMPLATE_METADATA),
            marks(template.path("metadata"), "spec.template.metadata"),
            unless(template.path("spec").isObject(), "spec.template.spec is missing"),
            unless(
                !update.path("type").asString("").equals("OnDelete"),
                "spec.updateStrategy.type would leave the release before running"),
            unless(
                update.path("rollingUpdate").path("partition").asInt(0) == 0,
                "spec.updateStrategy.rollingUpdate.partition would leave the release before"
                    + " running"),
            PodRules.faults(template.path("spec")))
        .flatMap(faults -> faults);
  }

  private static Stream<String> claims(JsonNode templates) {
    return IntStream.range(0, templates.size())
        .boxed()
        .flatMap(
            index -> claim(templates.get(index), "spec.volumeClaimTemplates[%d]".formatted(index)));
  }

  private static Stream<String> claim(JsonNode claim, String path) {
    JsonNode metadata = claim.path("metadata");
    return Stream.of(
            others(claim, path, ManifestFields.CLAIM_TEMPLATE),
            others(metadata, path + ".metadata", ManifestFields.CLAIM_METADATA),
            marks(metadata, path + ".metadata"),
            others(claim.path("spec"), path + ".spec", ManifestFields.CLAIM))
        .flatMap(faults -> faults);
  }

  /** Who reaches the cluster from outside of it is its operator's to say. */
  private static Stream<String> service(JsonNode spec) {
    JsonNode ports = spec.path("ports");
    return Stream.concat(
        unless(
            spec.path("type").asString("ClusterIP").equals("ClusterIP"),
            "spec.type must be ClusterIP: an Ingress leads in from outside"),
        IntStream.range(0, ports.size())
            .boxed()
            .flatMap(index ->
                others(
                    ports.get(index),
                    "spec.ports[%d]".formatted(index),
                    ManifestFields.SERVICE_PORT)));
  }
}
