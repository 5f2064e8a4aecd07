package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.kubernetes.Cluster.Watched;
import dev.opsagent.tools.kubernetes.Faults.Fault;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Follows what becomes of what was applied, from change to change. Made for one question. */
final class Rollout {
  private static final String LATE = "ProgressDeadlineExceeded";

  private final Manifests manifests;
  private final Cluster cluster;
  private final Printable words;
  private final Limits limits;
  private final Timers timers;
  private final long begun;

  /**
   * How long is waited.
   *
   * @param margin time that is left to the caller, who cuts a deployment off that takes all of it
   * @param end for pods to end
   */
  record Limits(Duration margin, Duration end) {
    static final Limits USUAL = new Limits(Duration.ofSeconds(3), Duration.ofSeconds(60));
  }

  Rollout(Manifests manifests, Cluster cluster, Printable words, Limits limits, Timers timers) {
    this.manifests = manifests;
    this.cluster = cluster;
    this.words = words;
    this.limits = limits;
    this.timers = timers;
    this.begun = timers.nanoTime();
  }

  /** Waits until all that is intended is available; the failure tells what stands against it. */
  Answer<Boolean> done(Intent intent) {
    String action = "start " + intent.recipe().version() + " of " + intent.target();
    Duration limit = intent.recipe().timeout().minus(limits.margin());
    Duration left = limit.minusNanos(timers.nanoTime() - begun);
    Failure late =
        Failure.of(
            ReasonCode.TIMEOUT,
            action,
            "it was not available within %d s".formatted(limit.toSeconds()),
            "give it more time, or read the service's log");
    return follow(action, left, new Verdict(intent, action), late);
  }

  /** Waits until no pod of the target is left. */
  Answer<Boolean> gone(String target) {
    String action = "stop " + target;
    Failure late =
        Failure.passing(
            ReasonCode.TIMEOUT,
            action,
            "its pods did not end within %d s".formatted(limits.end().toSeconds()),
            "see why they do not end");
    return follow(
        action,
        limits.end(),
        seen -> seen.pods().isEmpty() ? Optional.of(new Answer.Ok<>(true)) : Optional.empty(),
        late);
  }

  private Answer<Boolean> follow(
      String action,
      Duration limit,
      Function<Watched, Optional<Answer<Boolean>>> question,
      Failure late) {
    Semaphore changes = new Semaphore(0);
    AtomicBoolean over = new AtomicBoolean();
    Timers.Scheduled alarm =
        timers.schedule(
            limit.isNegative() ? Duration.ZERO : limit,
            () -> {
              over.set(true);
              changes.release();
            });
    try {
      return cluster
          .watch(manifests.name(), manifests.labels(), changes::release)
          .then(watched -> {
            try (watched) {
              return answered(watched, question, changes, over)
                  .orElseGet(() -> new Answer.No<>(told(late, watched)));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              return new Answer.No<>(
                  Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", ""));
            }
          });
    } finally {
      alarm.cancel();
    }
  }

  /** Empty when the time was over first. */
  private Optional<Answer<Boolean>> answered(
      Watched watched,
      Function<Watched, Optional<Answer<Boolean>>> question,
      Semaphore changes,
      AtomicBoolean over)
      throws InterruptedException {
    Optional<Answer<Boolean>> answer = question.apply(watched);
    while (answer.isEmpty() && !over.get()) {
      changes.acquire();
      changes.drainPermits();
      answer = question.apply(watched);
    }
    return answer;
  }

  private Failure told(Failure late, Watched watched) {
    List<Pod> pods = watched.pods();
    return pods.isEmpty() ? late : with(late, pods.getFirst());
  }

  private Failure with(Failure failure, Pod pod) {
    return new Failure(
        failure.code(),
        failure.action(),
        failure.cause() + said(pod),
        failure.fix(),
        failure.retryable());
  }

  /** The pod's events and the end of its log. */
  private String said(Pod pod) {
    List<String> warnings = cluster.warnings(pod);
    String events =
        words
            .end(String.join("\n", warnings))
            .map(lines -> "; the cluster warned: " + lines)
            .orElse("");
    String log = words.end(cluster.log(pod)).map(lines -> "; its log ends: " + lines).orElse("");
    return events + log;
  }

  /** What is to be said of a release by what is seen of it. */
  private final class Verdict implements Function<Watched, Optional<Answer<Boolean>>> {
    private final Intent intent;
    private final String action;
    private boolean begun;
    private Optional<String> stale = Optional.empty();

    Verdict(Intent intent, String action) {
      this.intent = intent;
      this.action = action;
    }

    @Override
    public Optional<Answer<Boolean>> apply(Watched watched) {
      if (watched.deployment().isEmpty()) {
        return begun
            ? no(
                ReasonCode.CONFLICT,
                "somebody has deleted its Deployment meanwhile",
                "see who did it")
            : Optional.empty();
      }
      Deployment deployment = watched.deployment().get();
      begin(deployment);
      if (Seen.isComplete(deployment)) {
        return Optional.of(new Answer.Ok<>(true));
      }
      List<ReplicaSet> sets =
          watched.sets().stream()
              .filter(set -> intent.isOf(set.getSpec().getTemplate().getMetadata()))
              .toList();
      List<Pod> pods =
          watched.pods().stream().filter(pod -> intent.isOf(pod.getMetadata())).toList();
      return Faults.of(sets, pods).map(this::failed).or(() -> late(deployment, pods));
    }

    /** What is there at first is of the release before: a server clears it late. */
    private void begin(Deployment deployment) {
      if (!begun) {
        begun = true;
        stale = Seen.condition(deployment, LATE).map(DeploymentCondition::getLastUpdateTime);
      }
    }

    private Optional<Answer<Boolean>> late(Deployment deployment, List<Pod> pods) {
      Optional<DeploymentCondition> exceeded =
          Seen.condition(deployment, LATE)
              .filter(it -> Seen.isObserved(deployment))
              .filter(it -> !Optional.ofNullable(it.getLastUpdateTime()).equals(stale));
      return exceeded.map(it ->
          failed(
              new Fault(
                  ReasonCode.TIMEOUT,
                  "it made no progress: %s: %s".formatted(LATE, it.getMessage()),
                  "give it more time, or read the service's log",
                  pods.stream().findFirst())));
    }

    private Answer<Boolean> failed(Fault fault) {
      Failure failure = Failure.of(fault.code(), action, words.line(fault.cause()), fault.fix());
      return new Answer.No<>(fault.pod().map(pod -> with(failure, pod)).orElse(failure));
    }

    private Optional<Answer<Boolean>> no(ReasonCode code, String cause, String fix) {
      return Optional.of(new Answer.No<>(Failure.of(code, action, cause, fix)));
    }
  }
}
