package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.tools.kubernetes.TargetObjects.Current;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The life of one target. What is intended is written on its Deployment, which is changed by one
 * call at a time; each method carries on what a crash after any of them left behind.
 */
final class Workload implements TargetLife {
  private final String target;
  private final Manifests manifests;
  private final Cluster cluster;
  private final TargetObjects objects;
  private final Rollout rollout;
  private final Printable said;
  private final Timers timers;

  Workload(
      String target,
      Manifests manifests,
      Cluster cluster,
      Rollout rollout,
      Printable said,
      Timers timers) {
    this.target = target;
    this.manifests = manifests;
    this.cluster = cluster;
    this.objects = new TargetObjects(target, manifests, cluster);
    this.rollout = rollout;
    this.said = said;
    this.timers = timers;
  }

  @Override
  public Answer<Optional<Running>> running() {
    return objects.currentOfOurs().then(this::running);
  }

  /** How its pods are found. */
  Map<String, String> labels() {
    return manifests.labels();
  }

  /** Whether anything of the target is known to run, or to have run, by an image. */
  Answer<Boolean> isKept() {
    return objects.currentOfOurs().map(Optional::isPresent);
  }

  @Override
  public Answer<Running> deploy(Release release) {
    return Recipe.of(target, release)
        .then(recipe -> objects.current().then(current -> deploy(recipe, current)));
  }

  /** Pod by pod. */
  Answer<Running> roll(Release release) {
    return Recipe.of(target, release)
        .map(Recipe::podByPod)
        .then(recipe -> objects.current().then(current -> deploy(recipe, current)));
  }

  /** Also of the release that can be gone back to there are as many as there were of it. */
  Answer<Running> scale(int replicas) {
    return objects
        .current()
        .then(current -> {
          Optional<Intent> running =
              current.map(Current::settled).filter(intent -> intent.replicas() > 0);
          if (running.isEmpty()) {
            return nothingKept("scale");
          }
          return running.get().isAutoscaled()
              ? saidByAutoscaler(replicas)
              : bringUp(running.get().times(replicas), current);
        });
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest) {
    return objects
        .currentOfOurs()
        .then(current ->
            current.isPresent()
                ? rollback(digest, current.get())
                : new Answer.Ok<>(Optional.empty()));
  }

  /** Pods that are still ending are waited for, also when somebody else has stopped them. */
  @Override
  public Answer<Boolean> stop() {
    return objects
        .current()
        .then(current -> {
          if (current.isEmpty()) {
            return new Answer.Ok<>(false);
          }
          Intent intent = current.get().settled();
          boolean ran = intent.replicas() > 0;
          Answer<Boolean> scaled =
              ran
                  ? objects.apply(intent.scaled(0), Optional.of(intent.recipe()))
                  : new Answer.Ok<>(true);
          return scaled.then(done -> rollout.gone(target)).map(gone -> ran);
        });
  }

  @Override
  public Answer<Running> restart(String taskId) {
    return objects
        .current()
        .then(current -> {
          if (current.isEmpty()) {
            return nothingKept("restart");
          }
          Intent intent = current.get().settled();
          boolean begun = intent.recipe().taskId().equals(taskId) && intent.replicas() > 0;
          return begun
              ? carriedOn(current.get())
              : bringUp(intent.restarted(taskId, timers.now().toString()), current);
        });
  }

  @Override
  public Answer<List<Difference>> drift() {
    return objects
        .current()
        .then(current -> current.map(this::drift).orElseGet(() -> new Answer.Ok<>(List.of())));
  }

  private Answer<List<Difference>> drift(Current current) {
    List<Difference> found = new Drift(current, manifests).found();
    return objects
        .autoscaler()
        .drift(current.intent(), said)
        .map(more -> Stream.concat(found.stream(), more.stream()).toList());
  }

  /** How the number of pods follows the load, as the cluster has it. */
  Answer<Optional<Autoscaling>> autoscaling() {
    return objects
        .currentOfOurs()
        .then(current ->
            current.filter(Current::isUp).isPresent() ? objects.autoscaler().found() : none());
  }

  @Override
  public Answer<Optional<Allotment>> allotted() {
    return objects
        .currentOfOurs()
        .map(current -> current.filter(Current::isUp).map(it -> Seen.allotment(it.deployment())));
  }

  /** Of the newest pod. */
  @Override
  public Answer<String> log() {
    return cluster
        .pods(manifests.labels())
        .map(pods ->
            pods.stream()
                .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
                .map(cluster::log)
                .map(raw -> String.join("\n", said.lines(raw)))
                .orElse(""));
  }

  private static <T> Answer<Optional<T>> none() {
    return new Answer.Ok<>(Optional.empty());
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
                recipe.port().map(port -> cluster.address(manifests.name(), port)),
                Optional.empty(),
                intent.previous().map(Recipe::version),
                Optional.of(replicas(intent, pods.size())).filter(it -> it.wanted() > 1)));
  }

  /** With an autoscaler there are as many as it has come to by now. */
  private static Replicas replicas(Intent intent, int pods) {
    return new Replicas(pods, intent.isAutoscaled() ? pods : intent.replicas());
  }

  private Answer<Running> deploy(Recipe recipe, Optional<Current> current) {
    boolean begun =
        current
            .map(Current::intent)
            .filter(intent -> intent.recipe().isSameAs(recipe) && intent.replicas() > 0)
            .isPresent();
    return begun
        ? carriedOn(current.get())
        : bringUp(Intent.next(target, recipe, current.map(Current::settled)), current);
  }

  private Answer<Running> carriedOn(Current current) {
    return objects.accompanied(current.intent()).then(done -> rolledOut(current.intent()));
  }

  private Answer<Running> bringUp(Intent intent, Optional<Current> current) {
    return objects
        .noForeigners(intent)
        .then(done -> objects.apply(intent, current.map(it -> it.intent().recipe())))
        .then(applied -> objects.accompanied(intent))
        .then(done -> rolledOut(intent));
  }

  private Answer<Running> rolledOut(Intent intent) {
    return rollout
        .done(intent.wanted(manifests.name()))
        .then(done ->
            intent.proved()
                ? new Answer.Ok<>(true)
                : objects.apply(intent.rolledOut(), Optional.of(intent.recipe())))
        .then(done -> running())
        .then(running ->
            running
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() -> new Answer.No<>(endedSoon(intent))));
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
    return intent.back().map(it -> back(it, intent)).orElseGet(() -> remove(intent));
  }

  private Answer<Optional<Running>> back(Intent before, Intent bad) {
    return undone(objects.apply(before, Optional.of(bad.recipe())), bad)
        .then(applied -> back(before));
  }

  private Answer<Optional<Running>> back(Intent before) {
    return undone(objects.accompanied(before).then(done -> rolledOut(before)), before)
        .map(Optional::of);
  }

  private Answer<Optional<Running>> remove(Intent intent) {
    return objects
        .removed(intent)
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

  private Answer<Running> saidByAutoscaler(int replicas) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "run %d replicas of %s".formatted(replicas, target),
            "an autoscaler says how many there are",
            "deploy it with other bounds in requirements.scaling.autoscaling, or with replicas,"
                + " with which the autoscaler goes"));
  }

  private Answer<Running> nothingKept(String deed) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            deed + " " + target,
            "the namespace %s keeps no Deployment of it".formatted(manifests.namespace()),
            "deploy a release first"));
  }
}
