package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.kubernetes.Faults.Fault;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is to be said of the Rollouts of a release, look by look. What was said of the release
 * before is not news until something else has been said.
 */
final class ArgoVerdict {
  private final Map<Named, String> stale = new HashMap<>();

  /** At the first look. */
  void begin(List<HasMetadata> workloads) {
    rollouts(workloads)
        .filter(it -> !ArgoState.isObserved(it))
        .forEach(it -> stale.put(Named.of(it), ArgoState.message(it)));
  }

  /** What has failed or was aborted. */
  Optional<Fault> degraded(List<HasMetadata> workloads, List<Pod> pods) {
    return news(workloads)
        .filter(it -> ArgoState.of(it) instanceof ArgoState.Degraded)
        .findFirst()
        .map(it ->
            new Fault(
                ReasonCode.UNHEALTHY,
                "%s is degraded: %s".formatted(Named.of(it), ArgoState.message(it)),
                "read the service's log, or what its analysis has measured",
                pods.stream().filter(pod -> Marks.areMadeOf(it, pod)).findFirst()));
  }

  /** What a person has to look at. */
  Optional<Failure> undecided(List<HasMetadata> workloads, String action) {
    return undecided(news(workloads), action);
  }

  /** The first that a person has to look at; the failure says how. */
  static Optional<Failure> undecidedNow(List<HasMetadata> workloads, String action) {
    return undecided(rollouts(workloads), action);
  }

  private static Optional<Failure> undecided(Stream<ArgoRollout> rollouts, String action) {
    return rollouts
        .flatMap(it ->
            ArgoState.of(it) instanceof ArgoState.Undecided(String cause)
                ? Stream.of(Failure.of(ReasonCode.INCONCLUSIVE, action, cause, way(it)))
                : Stream.<Failure>empty())
        .findFirst();
  }

  private static String way(ArgoRollout rollout) {
    String named =
        "%s -n %s".formatted(rollout.getMetadata().getName(), rollout.getMetadata().getNamespace());
    return "have it go on with `kubectl argo rollouts promote %s`".formatted(named)
        + ", or end it with `kubectl argo rollouts abort %s`".formatted(named)
        + "; then resolve the task with continue";
  }

  private Stream<ArgoRollout> news(List<HasMetadata> workloads) {
    rollouts(workloads)
        .filter(it -> ArgoState.isObserved(it))
        .filter(it -> !ArgoState.message(it).equals(stale.get(Named.of(it))))
        .forEach(it -> stale.remove(Named.of(it)));
    return rollouts(workloads).filter(it -> !stale.containsKey(Named.of(it)));
  }

  private static Stream<ArgoRollout> rollouts(List<HasMetadata> workloads) {
    return workloads.stream().filter(ArgoRollout.class::isInstance).map(ArgoRollout.class::cast);
  }
}
