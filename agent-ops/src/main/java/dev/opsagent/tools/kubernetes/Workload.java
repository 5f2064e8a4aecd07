package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The life of one target. What is intended is written on its Deployment, which is changed by one
 * call at a time; each method carries on what a crash after any of them left behind.
 */
final class Workload {
  private final String target;
  private final Manifests manifests;
  private final Cluster cluster;
  private final Rollout rollout;
  private final Timers timers;

  Workload(String target, Manifests manifests, Cluster cluster, Rollout rollout, Timers timers) {
    this.target = target;
    this.manifests = manifests;
    this.cluster = cluster;
    this.rollout = rollout;
    this.timers = timers;
  }

  /** A Deployment of this target with what is intended by it. */
  private record Current(Deployment deployment, Intent intent) {
    boolean isUp() {
      return intent.replicas() > 0 && Seen.isComplete(deployment);
    }

    /** What has rolled out counts, also when nobody lived to write it down. */
    Intent settled() {
      return isUp() ? intent.rolledOut() : intent;
    }
  }

  Answer<Optional<Running>> running() {
    return current().then(this::running);
  }

  Answer<Running> deploy(Release release) {
    return Recipe.of(target, release)
        .then(recipe -> current().then(current -> deploy(recipe, current)));
  }

  Answer<Optional<Running>> rollback(String digest) {
    return current()
        .then(current ->
            current.isPresent()
                ? rollback(digest, current.get())
                : new Answer.Ok<>(Optional.empty()));
  }

  /** Pods that are still ending are waited for, also when somebody else has stopped them. */
  Answer<Boolean> stop() {
    return current()
        .then(current -> {
          if (current.isEmpty()) {
            return new Answer.Ok<>(false);
          }
          Intent intent = current.get().settled();
          boolean ran = intent.replicas() > 0;
          Answer<Boolean> scaled = ran ? apply(intent.scaled(0)) : new Answer.Ok<>(true);
          return scaled.then(done -> rollout.gone(target)).map(gone -> ran);
        });
  }

  Answer<Running> restart(String taskId) {
    return current()
        .then(current -> {
          if (current.isEmpty()) {
            return nothingKept();
          }
          Intent intent = current.get().settled();
          boolean begun = intent.recipe().taskId().equals(taskId) && intent.replicas() > 0;
          return begun
              ? carriedOn(current.get())
              : bringUp(intent.restarted(taskId, timers.now().toString()));
        });
  }

  /** Of the newest pod. */
  Answer<String> log() {
    return cluster
        .pods(manifests.labels())
        .map(pods ->
            pods.stream()
                .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .map(cluster::log)
                .orElse(""));
  }

  private Answer<Optional<Current>> current() {
    return cluster.deployment(manifests.name()).then(found -> found.map(this::ours).orElse(none()));
  }

  private static <T> Answer<Optional<T>> none() {
    return new Answer.Ok<>(Optional.empty());
  }

  /** What is not ours makes everything else a guess. */
  private Answer<Optional<Current>> ours(Deployment found) {
    return Intent.of(found)
        .filter(intent -> intent.target().equals(target))
        .<Answer<Optional<Current>>>map(
            intent -> new Answer.Ok<>(Optional.of(new Current(found, intent))))
        .orElseGet(() -> foreign(found));
  }

  private Answer<Optional<Running>> running(Optional<Current> current) {
    return current.filter(Current::isUp).isPresent()
        ? cluster.pods(manifests.labels()).map(pods -> running(current.get().intent(), pods))
        : none();
  }

  private Optional<Running> running(Intent intent, List<Pod> all) {
    List<Pod> pods =
        all.stream().filter(pod -> intent.isOf(pod.getMetadata()) && Seen.isReady(pod)).toList();
    Recipe recipe = intent.recipe();
    return pods.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Running(
                recipe.version(),
                recipe.digest(),
                recipe.taskId(),
                Seen.identity(pods),
                recipe.port().map(this::address),
                intent.previous().map(Recipe::version)));
  }

  private String address(int port) {
    return "http://%s.%s.svc:%d".formatted(manifests.name(), manifests.namespace(), port);
  }

  private Answer<Running> deploy(Recipe recipe, Optional<Current> current) {
    boolean begun =
        current
            .map(Current::intent)
            .filter(intent -> intent.recipe().isSameAs(recipe) && intent.replicas() > 0)
            .isPresent();
    return begun
        ? carriedOn(current.get())
        : bringUp(Intent.next(target, recipe, current.map(Current::settled)));
  }

  private Answer<Running> carriedOn(Current current) {
    return reachable(current.intent()).then(done -> rolledOut(current.intent()));
  }

  private Answer<Running> bringUp(Intent intent) {
    return noForeignService()
        .then(done -> apply(intent))
        .then(applied -> reachable(intent))
        .then(done -> rolledOut(intent));
  }

  private Answer<Running> rolledOut(Intent intent) {
    return rollout
        .done(intent)
        .then(done -> intent.proved() ? new Answer.Ok<>(true) : apply(intent.rolledOut()))
        .then(done -> running())
        .then(running ->
            running
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() -> new Answer.No<>(endedSoon(intent))));
  }

  private Answer<Boolean> apply(Intent intent) {
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
  private Answer<Boolean> reachable(Intent intent) {
    return noForeignService()
        .then(ours ->
            intent.recipe().port().isPresent()
                ? cluster.apply(manifests.service(intent, intent.recipe().port().get()))
                : withoutService(ours));
  }

  private Answer<Boolean> withoutService(boolean there) {
    return there ? cluster.deleteService(manifests.name()) : new Answer.Ok<>(true);
  }

  /** Whether there is a Service; one that is not ours is a failure. */
  private Answer<Boolean> noForeignService() {
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

  private Answer<Optional<Running>> rollback(String digest, Current current) {
    Intent intent = current.intent();
    boolean done = intent.takenBack().filter(digest::equals).isPresent();
    if (done) {
      return intent.replicas() > 0 ? back(intent) : none();
    }
    if (!intent.recipe().digest().equals(digest)) {
      return running(Optional.of(current));
    }
    return intent.back().map(it -> back(it, intent)).orElseGet(this::remove);
  }

  private Answer<Optional<Running>> back(Intent before, Intent bad) {
    return undone(apply(before), bad).then(applied -> back(before));
  }

  private Answer<Optional<Running>> back(Intent before) {
    return undone(reachable(before).then(done -> rolledOut(before)), before).map(Optional::of);
  }

  /** The Deployment goes last: it tells what is to be done. */
  private Answer<Optional<Running>> remove() {
    return noForeignService()
        .then(this::withoutService)
        .then(done -> cluster.deleteDeployment(manifests.name()))
        .then(deleted -> rollout.gone(target))
        .map(gone -> Optional.empty());
  }

  private <T> Answer<T> undone(Answer<T> done, Intent intent) {
    return switch (done) {
      case Answer.No<T> no when !no.failure().retryable() ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.UNDO_FAILED,
                  "go back from " + intent.recipe().version() + " on " + target,
                  no.failure().sentence(),
                  "bring the release before up by hand"));
      case Answer<T> other -> other;
    };
  }

  private Failure endedSoon(Intent intent) {
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "start " + intent.recipe().version() + " of " + target,
        "it ended soon after its start",
        "read the service's log");
  }

  private Answer<Running> nothingKept() {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "restart " + target,
            "the namespace %s keeps no Deployment of it".formatted(manifests.namespace()),
            "deploy a release first"));
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
