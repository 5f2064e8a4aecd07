package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.kubernetes.Cluster.Watched;
import dev.opsagent.tools.kubernetes.Faults.Fault;
import dev.opsagent.tools.kubernetes.Rollout.Wanted;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is to be said of a release by what is seen of it, look by look. */
final class RolloutVerdict implements Function<Watched, Optional<Answer<Boolean>>> {
  private static final String LATE = "ProgressDeadlineExceeded";

  private final Wanted wanted;
  private final String action;
  private final Printable words;
  private final PodWords podWords;
  private boolean begun;
  private final Map<Named, String> stale = new HashMap<>();
  private final Set<String> staleRefusals = new HashSet<>();
  private final ArgoVerdict argo = new ArgoVerdict();

  RolloutVerdict(Wanted wanted, String action, Printable words, PodWords podWords) {
    this.wanted = wanted;
    this.action = action;
    this.words = words;
    this.podWords = podWords;
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
    if (workloads.stream()
        .allMatch(it -> wanted.isThere(it) && ArgoState.hasPods(it, watched.pods()))) {
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
        .or(() -> argo.degraded(workloads, pods))
        .map(this::failed)
        .or(() -> late(workloads, pods))
        .or(() -> argo.undecided(workloads, action).map(this::said));
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
      argo.begin(workloads);
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

  private Answer<Boolean> said(Failure failure) {
    return new Answer.No<>(
        Failure.of(failure.code(), failure.action(), words.line(failure.cause()), failure.fix()));
  }

  private Answer<Boolean> failed(Fault fault) {
    Failure failure = Failure.of(fault.code(), action, words.line(fault.cause()), fault.fix());
    return new Answer.No<>(fault.pod().map(pod -> podWords.with(failure, pod)).orElse(failure));
  }
}
