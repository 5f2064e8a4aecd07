package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Recognises what no waiting will mend. */
final class Faults {
  private static final Set<String> PULLING =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable");
  private static final Set<String> STARTING =
      Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");
  private static final String CRASHES = "CrashLoopBackOff";
  private static final String OUT_OF_MEMORY = "OOMKilled";

  private Faults() {}

  /**
   * A fault.
   *
   * @param pod that shows it; absent: none could be made
   */
  record Fault(ReasonCode code, String cause, String fix, Optional<Pod> pod) {}

  /**
   * The first fault of a release's own.
   *
   * @param workloads of that release
   * @param sets of pods of that release
   * @param pods of that release
   */
  static Optional<Fault> of(List<HasMetadata> workloads, List<ReplicaSet> sets, List<Pod> pods) {
    return Stream.of(
            workloads.stream().flatMap(it -> failed(it, pods).stream()),
            pods.stream().filter(pod -> !Seen.isLeaving(pod)).flatMap(pod -> of(pod).stream()),
            sets.stream().flatMap(set -> of(set).stream()))
        .flatMap(faults -> faults)
        .findFirst();
  }

  /** A Job that is not tried again. */
  private static Optional<Fault> failed(HasMetadata workload, List<Pod> pods) {
    return workload instanceof Job job
        ? Seen.condition(job, "Failed")
            .map(it ->
                new Fault(
                    ReasonCode.UNHEALTHY,
                    "%s failed: %s: %s".formatted(Named.of(job), it.getReason(), it.getMessage()),
                    "read its log",
                    pods.stream().filter(Seen::isOfJob).findFirst()))
        : Optional.empty();
  }

  private static Optional<Fault> of(ReplicaSet set) {
    return Optional.ofNullable(set.getStatus())
        .map(ReplicaSetStatus::getConditions)
        .orElse(List.of())
        .stream()
        .filter(it -> Seen.REFUSED.equals(it.getReason()) && "True".equals(it.getStatus()))
        .findFirst()
        .map(it -> refused(String.valueOf(it.getMessage())));
  }

  /** A quota or an admission rule forbids the pods. */
  static Fault refused(String message) {
    return new Fault(
        ReasonCode.PRECONDITION_FAILED,
        "the cluster refuses its pods: %s: %s".formatted(Seen.REFUSED, message),
        "raise the quota of the namespace, or let the service ask for less",
        Optional.empty());
  }

  private static Optional<Fault> of(Pod pod) {
    return unschedulable(pod)
        .or(() -> Seen.containers(pod).stream().flatMap(it -> of(pod, it).stream()).findFirst());
  }

  private static Optional<Fault> unschedulable(Pod pod) {
    return Seen.condition(pod, "PodScheduled")
        .filter(it -> "False".equals(it.getStatus()) && "Unschedulable".equals(it.getReason()))
        .map(it ->
            new Fault(
                ReasonCode.PRECONDITION_FAILED,
                "no node takes it: Unschedulable: " + it.getMessage(),
                "let it ask for less, or give the cluster a node that fits",
                Optional.of(pod)));
  }

  private static Optional<Fault> of(Pod pod, ContainerStatus container) {
    Optional<ContainerStateWaiting> waiting =
        Optional.ofNullable(container.getState()).map(ContainerState::getWaiting);
    String reason = waiting.map(ContainerStateWaiting::getReason).orElse("");
    String message = waiting.map(ContainerStateWaiting::getMessage).orElse("no reason is given");
    if (PULLING.contains(reason)) {
      return fault(
          ReasonCode.PRECONDITION_FAILED,
          "its image cannot be pulled: %s: %s".formatted(reason, message),
          "see that the image exists and that the cluster may pull it",
          pod);
    }
    if (STARTING.contains(reason)) {
      return fault(
          ReasonCode.UNHEALTHY,
          "its container cannot be started: %s: %s".formatted(reason, message),
          "correct what it names",
          pod);
    }
    // How often a Job tries again is for its manifest to say.
    return reason.equals(CRASHES) && !Seen.isOfJob(pod) ? ends(pod, container) : Optional.empty();
  }

  private static Optional<Fault> ends(Pod pod, ContainerStatus container) {
    Optional<ContainerStateTerminated> last =
        Optional.ofNullable(container.getLastState()).map(ContainerState::getTerminated);
    boolean memory = last.filter(it -> OUT_OF_MEMORY.equals(it.getReason())).isPresent();
    if (memory) {
      return fault(
          ReasonCode.UNHEALTHY,
          "it is killed again and again because it uses more than its memory",
          "give it more memory",
          pod);
    }
    String code = last.map(it -> " with exit code " + it.getExitCode()).orElse("");
    return fault(
        ReasonCode.UNHEALTHY,
        "it keeps ending%s: %s".formatted(code, CRASHES),
        "read the service's log",
        pod);
  }

  private static Optional<Fault> fault(ReasonCode code, String cause, String fix, Pod pod) {
    return Optional.of(new Fault(code, cause, fix, Optional.of(pod)));
  }
}
