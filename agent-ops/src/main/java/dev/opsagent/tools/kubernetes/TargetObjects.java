package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
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
      return intent.isAutoscaled()
          ? Seen.serves(deployment, least(), intent.proved())
          : intent.replicas() > 0 && Seen.isComplete(deployment);
    }

    private int least() {
      return intent.recipe().autoscaling().map(Autoscaling::min).stream()
          .mapToInt(it -> Math.min(it, intent.replicas()))
          .sum();
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

  /**
   * Applies the Deployment.
   *
   * @param live what the Deployment that is there was made of
   */
  Answer<Boolean> apply(Intent intent, Optional<Recipe> live) {
    if (!intent.fits()) {
      return unfit(
          intent,
          "its settings, with those of the release before, are more than a cluster keeps",
          "move large settings out of env");
    }
    if (intent.recipe().autoscaling().isPresent() && intent.recipe().cpus().isEmpty()) {
      return unfit(
          intent,
          "the autoscaler of the release before goes by the share of cpus, which it does not say",
          "give it cpus, or replicas, with which the autoscaler goes");
    }
    return autoscaler().applied(intent, live);
  }

  private Answer<Boolean> unfit(Intent intent, String cause, String fix) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            "deploy %s to %s".formatted(intent.recipe().version(), target),
            cause,
            fix));
  }

  AutoscaledDeployment autoscaler() {
    return new AutoscaledDeployment(manifests, cluster);
  }

  /** What stands beside the Deployment: a Service and an autoscaler, while the release has them. */
  Answer<Boolean> accompanied(Intent intent) {
    return noForeignService()
        .then(ours ->
            intent.recipe().port().isPresent()
                ? cluster.apply(manifests.service(intent, intent.recipe().port().get()))
                : withoutService(ours))
        .then(done -> autoscaler().made(intent));
  }

  /** Nothing that is not ours is there of the names that the release needs. */
  Answer<Boolean> noForeigners(Intent intent) {
    return noForeignService()
        .then(done ->
            intent.recipe().autoscaling().isPresent()
                ? noForeign(ManifestKind.HORIZONTAL_POD_AUTOSCALER)
                : new Answer.Ok<>(true));
  }

  private Answer<Boolean> withoutService(boolean there) {
    return there ? cluster.delete(ManifestKind.SERVICE, manifests.name()) : new Answer.Ok<>(true);
  }

  /** Whether there is a Service; one that is not ours is a failure. */
  private Answer<Boolean> noForeignService() {
    return noForeign(ManifestKind.SERVICE);
  }

  private Answer<Boolean> noForeign(ManifestKind kind) {
    return cluster
        .find(kind, manifests.name())
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
  Answer<Boolean> removed(Intent intent) {
    return noForeigners(intent)
        .then(done -> autoscaler().removed(intent.recipe()))
        .then(done -> noForeignService())
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
