package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.kubernetes.Cluster.Watched;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;

/** Follows what becomes of what was applied, from change to change. Made for one question. */
final class Rollout {
  private final Set<ManifestKind> kinds;
  private final Map<String, String> labels;
  private final Cluster cluster;
  private final Printable words;
  private final Limits limits;
  private final Timers timers;
  private final PodWords pods;
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

  /**
   * What must come to be available.
   *
   * @param timeout the longest that it may take
   * @param workloads all of them
   * @param isOf whether the metadata is that of a pod, or of a set of pods, of the release
   */
  record Wanted(
      String version,
      String target,
      Duration timeout,
      Set<Named> workloads,
      Predicate<ObjectMeta> isOf) {
    /** Whether all of it is available. */
    boolean isThere(HasMetadata workload) {
      return Seen.isComplete(workload)
          && Seen.template(workload).map(PodTemplateSpec::getMetadata).filter(isOf).isPresent();
    }
  }

  /**
   * Follows what bears the labels.
   *
   * @param kinds of what makes the pods; those of what is wanted are followed besides
   */
  Rollout(
      Set<ManifestKind> kinds,
      Map<String, String> labels,
      Cluster cluster,
      Printable words,
      Limits limits,
      Timers timers) {
    this.kinds = kinds;
    this.labels = labels;
    this.cluster = cluster;
    this.words = words;
    this.limits = limits;
    this.timers = timers;
    this.pods = new PodWords(cluster, words);
    this.begun = timers.nanoTime();
  }

  /** Waits until all that is intended is available; the failure tells what stands against it. */
  Answer<Boolean> done(Wanted wanted) {
    String action = "start " + wanted.version() + " of " + wanted.target();
    Duration limit = wanted.timeout().minus(limits.margin());
    Duration left = limit.minusNanos(timers.nanoTime() - begun);
    Failure late =
        Failure.of(
            ReasonCode.TIMEOUT,
            action,
            "it was not available within %d s".formatted(limit.toSeconds()),
            "give it more time, or read the service's log");
    Set<ManifestKind> followed = EnumSet.copyOf(kinds);
    wanted.workloads().forEach(it -> followed.add(it.kind()));
    return follow(action, left, followed, new RolloutVerdict(wanted, action, words, pods), late);
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
        kinds,
        seen -> seen.pods().isEmpty() ? Optional.of(new Answer.Ok<>(true)) : Optional.empty(),
        late);
  }

  private Answer<Boolean> follow(
      String action,
      Duration limit,
      Set<ManifestKind> followed,
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
          .watch(followed, labels, changes::release)
          .then(watched -> {
            try (watched) {
              return answered(watched, question, changes, over)
                  .orElseGet(() -> new Answer.No<>(pods.with(late, watched.pods())));
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
}
