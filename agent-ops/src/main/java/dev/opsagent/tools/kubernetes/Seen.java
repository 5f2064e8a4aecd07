package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a cluster tells, in our own terms; whatever it leaves out is no. */
final class Seen {
  private static final String TRUE = "True";

  private Seen() {}

  /**
   * Whether all that should run of the current template is available, and nothing of another one is
   * left.
   */
  static boolean isComplete(Deployment deployment) {
    DeploymentStatus status = status(deployment);
    int wanted = number(deployment.getSpec().getReplicas());
    return isObserved(deployment)
        && number(status.getUpdatedReplicas()) == wanted
        && number(status.getReplicas()) == wanted
        && number(status.getAvailableReplicas()) == wanted;
  }

  /** Whether the status is about what was applied last. */
  static boolean isObserved(Deployment deployment) {
    Long observed = status(deployment).getObservedGeneration();
    Long applied = deployment.getMetadata().getGeneration();
    return observed != null && applied != null && observed >= applied;
  }

  static Optional<DeploymentCondition> condition(Deployment deployment, String reason) {
    return status(deployment).getConditions().stream()
        .filter(it -> reason.equals(it.getReason()))
        .findFirst();
  }

  private static DeploymentStatus status(Deployment deployment) {
    return Optional.ofNullable(deployment.getStatus()).orElseGet(DeploymentStatus::new);
  }

  /** Another one after each start of a container. */
  static String identity(List<Pod> pods) {
    return pods.stream()
        .map(pod -> pod.getMetadata().getUid() + "@" + restarts(pod))
        .sorted(Comparator.naturalOrder())
        .collect(Collectors.joining(","));
  }

  private static int restarts(Pod pod) {
    return containers(pod).stream().mapToInt(it -> number(it.getRestartCount())).sum();
  }

  static boolean isReady(Pod pod) {
    return !isLeaving(pod)
        && condition(pod, "Ready").filter(it -> TRUE.equals(it.getStatus())).isPresent();
  }

  static boolean isLeaving(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  static Optional<PodCondition> condition(Pod pod, String type) {
    return Optional.ofNullable(pod.getStatus())
        .map(PodStatus::getConditions)
        .orElse(List.of())
        .stream()
        .filter(it -> type.equals(it.getType()))
        .findFirst();
  }

  static List<ContainerStatus> containers(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .map(PodStatus::getContainerStatuses)
        .orElse(List.of());
  }

  /** Whether it does not run, and has run before. */
  static boolean hasEnded(ContainerStatus container) {
    boolean runs =
        Optional.ofNullable(container.getState()).map(ContainerState::getRunning).isPresent();
    return !runs
        && Optional.ofNullable(container.getLastState())
            .map(ContainerState::getTerminated)
            .isPresent();
  }

  private static int number(Integer number) {
    return number == null ? 0 : number;
  }
}
