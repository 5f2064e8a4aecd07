package dev.opsagent.tools.kubernetes;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.kubernetes.Cluster.Watched;
import dev.opsagent.tools.kubernetes.Faults.Fault;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Follows what becomes of what was applied, from change to change. Made for one question. */
final class Rollout {
  private static final String LATE = "ProgressDeadlineExceeded";

  private final Set<ManifestKind> kinds;
  private final Map<String, String> labels;
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
    private boolean isThere(HasMetadata workload) {
      return Seen.isComplete(workload)
          && Seen.template(workload).map(PodTemplateSpec::getMetadata).filter(isOf).isPresent();
    }
  }

  /**
   * Follows what bears the labels.
   *
   * @param kinds of what makes the pods
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
    return follow(action, left, new Verdict(wanted, action), late);
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
          .watch(kinds, labels, changes::release)
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
    private final Wanted wanted;
    private final String action;
    private boolean begun;
    private final Map<Named, String> stale = new HashMap<>();
    private final Set<String> staleRefusals = new HashSet<>();

    Verdict(Wanted wanted, String action) {
      this.wanted = wanted;
      this.action = action;
    }

    @Override
    public Optional<Answer<Boolean>> apply(Watched watched) {
      List<HasMetadata> workloads =
          watched.workloads().stream()
              .filter(it -> wanted.workloads().contains(Named.of(it)))
              .toList();
      if (workloads.size() < wanted.workloads().size()) {
        return begun ? Optional.of(deleted(workloads)) : Optional.empty();
      }
      begin(workloads, watched);
      if (workloads.stream().allMatch(wanted::isThere)) {
        return Optional.of(new Answer.Ok<>(true));
      }
      List<ReplicaSet> sets =
          watched.sets().stream()
              .filter(set -> wanted.isOf().test(set.getSpec().getTemplate().getMetadata()))
              .toList();
      List<Pod> pods =
          watched.pods().stream().filter(pod -> wanted.isOf().test(pod.getMetadata())).toList();
      return Faults.of(workloads, sets, pods)
          .or(() -> refused(workloads, watched))
          .map(this::failed)
          .or(() -> late(workloads, pods));
    }

    private Answer<Boolean> deleted(List<HasMetadata> left) {
      Set<Named> gone = new TreeSet<>(wanted.workloads());
      left.forEach(it -> gone.remove(Named.of(it)));
      return new Answer.No<>(
          Failure.of(
              ReasonCode.CONFLICT,
              action,
              "somebody has deleted its %s meanwhile".formatted(gone.iterator().next()),
              "see who did it"));
    }

    /** What is there at first is of the release before: a server clears it late. */
    private void begin(List<HasMetadata> workloads, Watched watched) {
      if (!begun) {
        begun = true;
        watched.refusals().forEach(it -> staleRefusals.add(told(it)));
        workloads.forEach(it ->
            late(it)
                .ifPresent(
                    told -> stale.put(Named.of(it), String.valueOf(told.getLastUpdateTime()))));
      }
    }

    private Optional<Fault> refused(List<HasMetadata> workloads, Watched watched) {
      Set<String> ids =
          workloads.stream().map(it -> it.getMetadata().getUid()).collect(Collectors.toSet());
      return watched.refusals().stream()
          .filter(it -> Seen.REFUSED.equals(it.getReason()))
          .filter(it -> ids.contains(it.getInvolvedObject().getUid()))
          .filter(it -> !staleRefusals.contains(told(it)))
          .findFirst()
          .map(it -> Faults.refused(String.valueOf(it.getMessage())));
    }

    /** Another one each time that the same is warned of again. */
    private static String told(Event event) {
      return "%s %d".formatted(event.getMetadata().getUid(), event.getCount());
    }

    private static Optional<DeploymentCondition> late(HasMetadata workload) {
      return workload instanceof Deployment deployment
          ? Seen.condition(deployment, LATE)
          : Optional.empty();
    }

    private boolean isNews(HasMetadata workload, DeploymentCondition told) {
      return workload instanceof Deployment deployment
          && Seen.isObserved(deployment)
          && !String.valueOf(told.getLastUpdateTime()).equals(stale.get(Named.of(workload)));
    }

    private Optional<Answer<Boolean>> late(List<HasMetadata> workloads, List<Pod> pods) {
      return workloads.stream()
          .flatMap(it -> late(it).filter(told -> isNews(it, told)).stream())
          .findFirst()
          .map(it ->
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
  }
}
