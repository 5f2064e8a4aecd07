package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Optional;

/**
 * The objects of one target: its Deployment, and a Service while its release has a port. Those that
 * this agent did not make are never touched.
 */
record TargetObjects(String target, Manifests manifests, Cluster cluster) {
  /** A Deployment of this target with what is intended by it. */
  record Current(Deployment deployment, Intent intent) {
    boolean isUp() {
      return intent.replicas() > 0 && Seen.isComplete(deployment);
    }

    /** What has rolled out counts, also when nobody lived to write it down. */
    Intent settled() {
      return isUp() ? intent.rolledOut() : intent;
    }
  }

  /** Empty when there is no Deployment; one that is not ours is a failure. */
  Answer<Optional<Current>> current() {
    return cluster
        .deployment(manifests.name())
        .then(found -> found.map(this::ours).orElse(new Answer.Ok<>(Optional.empty())));
  }

  /** Empty also when there is a Deployment that is not ours: then nothing of ours runs. */
  Answer<Optional<Current>> currentOfOurs() {
    return cluster
        .deployment(manifests.name())
        .map(found ->
            found.flatMap(it ->
                Intent.of(it)
                    .filter(intent -> intent.target().equals(target))
                    .map(intent -> new Current(it, intent))));
  }

  /** What is not ours makes everything else a guess. */
  private Answer<Optional<Current>> ours(Deployment found) {
    return Intent.of(found)
        .filter(intent -> intent.target().equals(target))
        .<Answer<Optional<Current>>>map(
            intent -> new Answer.Ok<>(Optional.of(new Current(found, intent))))
        .orElseGet(() -> foreign(found));
  }

  Answer<Boolean> apply(Intent intent) {
    return intent.fits()
        ? cluster.apply(manifests.deployment(intent))
        : new Answer.No<>(
            Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                "deploy %s to %s".formatted(intent.recipe().version(), target),
                "its settings, with those of the release before, are more than a cluster keeps",
                "move large settings out of env"));
  }

  /** The Service is there exactly while the release has a port. */
  Answer<Boolean> reachable(Intent intent) {
    return noForeignService()
        .then(ours ->
            intent.recipe().port().isPresent()
                ? cluster.apply(manifests.service(intent, intent.recipe().port().get()))
                : withoutService(ours));
  }

  private Answer<Boolean> withoutService(boolean there) {
    return there ? cluster.delete(ManifestKind.SERVICE, manifests.name()) : new Answer.Ok<>(true);
  }

  /** Whether there is a Service; one that is not ours is a failure. */
  Answer<Boolean> noForeignService() {
    return cluster
        .service(manifests.name())
        .then(found ->
            found.isPresent() && !isOurs(found.get())
                ? foreign(found.get())
                : new Answer.Ok<>(found.isPresent()));
  }

  private boolean isOurs(HasMetadata found) {
    return Optional.ofNullable(found.getMetadata().getAnnotations())
        .filter(it -> target.equals(it.get(Intent.TARGET)))
        .isPresent();
  }

  /** The Deployment goes last: it tells what is to be done. */
  Answer<Boolean> removed() {
    return noForeignService()
        .then(this::withoutService)
        .then(done -> cluster.delete(ManifestKind.DEPLOYMENT, manifests.name()));
  }

  private <T> Answer<T> foreign(HasMetadata found) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "look up what runs for " + target,
            "the %s %s/%s is there, and this agent did not make it for %s"
                .formatted(found.getKind(), manifests.namespace(), manifests.name(), target),
            "remove it, or deploy to a service of another name"));
  }
}
