package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A release of manifests: everything that is needed to bring it up again.
 *
 * @param port where the Service of the target's name takes connections
 * @param timeoutMillis the longest that a rollout may take
 * @param objects as the repository has them, in the order in which they are needed
 */
record Bundle(
    String version,
    String digest,
    String taskId,
    Optional<Integer> port,
    long timeoutMillis,
    List<HasMetadata> objects) {
  private static final String ADOPTED = "adopted";
  private static final long LONGEST = Duration.ofMinutes(5).toMillis();

  Bundle {
    objects = List.copyOf(objects);
  }

  /**
   * Reads that of a release.
   *
   * @param name of the target's service
   */
  static Answer<Bundle> of(Release release, String name, String namespace) throws IOException {
    return new ManifestFolder(release.source(), release.file().orElse("."))
        .objects(namespace)
        .map(objects ->
            new Bundle(
                release.version(),
                release.digest(),
                release.taskId(),
                release.port(),
                release.timeout().toMillis(),
                objects))
        .then(bundle -> bundle.serving(name));
  }

  /** What somebody else had made, beside the release that is gone back to with it. */
  static Bundle adopted(Optional<Bundle> release, List<HasMetadata> others) {
    Set<Named> known = release.map(Bundle::names).orElse(Set.of());
    List<HasMetadata> all =
        Stream.concat(
                release.stream().flatMap(it -> it.objects().stream()),
                others.stream().filter(it -> !known.contains(Named.of(it))))
            .sorted(Comparator.comparing(Named::of))
            .toList();
    return release
        .map(it -> it.with(all))
        .orElseGet(() -> new Bundle(ADOPTED, ADOPTED, ADOPTED, Optional.empty(), LONGEST, all));
  }

  private Answer<Bundle> serving(String name) {
    if (named().noneMatch(it -> it.kind().serves())) {
      return unfit(
          "no Deployment, StatefulSet, DaemonSet or Rollout is among its manifests",
          "give it what is to run");
    }
    Optional<HorizontalPodAutoscaler> astray =
        autoscalers().filter(it -> objects.stream().noneMatch(o -> leadsTo(it, o))).findFirst();
    if (astray.isPresent()) {
      return unfit(
          Named.of(astray.get()) + " leads to nothing of its manifests",
          "correct its scaleTargetRef");
    }
    Optional<String> unled =
        ArgoServices.named(objects).stream()
            .filter(it -> !names().contains(new Named(ManifestKind.SERVICE, it)))
            .findFirst();
    if (unled.isPresent()) {
      return unfit(
          "its Rollout leads the Service %s, which is not among its manifests"
              .formatted(unled.get()),
          "add the Service, or correct the strategy");
    }
    boolean reached =
        port.isEmpty()
            || objects.stream().anyMatch(it -> it instanceof Service s && isReached(s, name));
    return reached
        ? new Answer.Ok<>(with(objects.stream().map(this::withoutReplicas).toList()))
        : unfit(
            "no Service %s with the port %d is among its manifests".formatted(name, port.get()),
            "name the Service that callers reach as the target is, or correct the port");
  }

  private boolean isReached(Service service, String name) {
    return service.getMetadata().getName().equals(name)
        && service.getSpec().getPorts().stream()
            .anyMatch(it -> port.filter(it.getPort()::equals).isPresent());
  }

  private <T> Answer<T> unfit(String cause, String fix) {
    return new Answer.No<>(
        Failure.of(ReasonCode.INVALID_PARAMETERS, "deploy " + version, cause, fix));
  }

  private Stream<HorizontalPodAutoscaler> autoscalers() {
    return objects.stream()
        .filter(HorizontalPodAutoscaler.class::isInstance)
        .map(HorizontalPodAutoscaler.class::cast);
  }

  /** How many there are is the autoscaler's to say, where there is one. */
  private HasMetadata withoutReplicas(HasMetadata object) {
    boolean scaled = autoscalers().anyMatch(it -> leadsTo(it, object));
    if (scaled && object instanceof Deployment deployment) {
      return deployment.edit().editSpec().withReplicas(null).endSpec().build();
    }
    if (scaled && object instanceof ArgoRollout rollout) {
      ArgoRollout other = Serialization.clone(rollout);
      other.getSpec().replicas = null;
      return other;
    }
    return scaled && object instanceof StatefulSet set
        ? set.edit().editSpec().withReplicas(null).endSpec().build()
        : object;
  }

  private static boolean leadsTo(HorizontalPodAutoscaler autoscaler, HasMetadata object) {
    CrossVersionObjectReference to = autoscaler.getSpec().getScaleTargetRef();
    return object.getKind().equals(to.getKind())
        && object.getMetadata().getName().equals(to.getName());
  }

  private Stream<Named> named() {
    return objects.stream().map(Named::of);
  }

  /**
   * A Service that a Rollout leads in one of the releases and not in the other: what its controller
   * writes there could not be gone back from.
   */
  Optional<String> ledOtherwiseThan(Bundle other) {
    Set<String> led = new TreeSet<>(ArgoServices.named(objects));
    Set<String> ledThen = ArgoServices.named(other.objects);
    led.addAll(ledThen);
    return led.stream()
        .filter(it -> ledThen.contains(it) != ArgoServices.named(objects).contains(it))
        .filter(it -> other.names().contains(new Named(ManifestKind.SERVICE, it)))
        .filter(it -> names().contains(new Named(ManifestKind.SERVICE, it)))
        .findFirst();
  }

  /** Its kinds that not every cluster has. */
  Set<ManifestKind> additions() {
    return named()
        .map(Named::kind)
        .filter(it -> it.addition().isPresent())
        .collect(Collectors.toUnmodifiableSet());
  }

  Set<Named> names() {
    return named().collect(Collectors.toUnmodifiableSet());
  }

  private Bundle with(List<HasMetadata> others) {
    return new Bundle(version, digest, taskId, port, timeoutMillis, others);
  }

  /** A Job does its work once, when its release is deployed. */
  Bundle withoutJobs() {
    Predicate<HasMetadata> job = it -> Named.of(it).kind() == ManifestKind.JOB;
    return with(objects.stream().filter(job.negate()).toList());
  }

  /** The same release, run by another task. */
  Bundle by(String task) {
    return new Bundle(version, digest, task, port, timeoutMillis, objects);
  }

  boolean isSameAs(Bundle other) {
    return digest.equals(other.digest) && taskId.equals(other.taskId);
  }

  Duration timeout() {
    return Duration.ofMillis(timeoutMillis);
  }
}
