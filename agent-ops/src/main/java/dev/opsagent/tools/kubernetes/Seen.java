package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.ServiceRuntime.Allotment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a cluster tells, in our own terms; whatever it leaves out is no. */
final class Seen {
  /** Why there is no pod, as sets of pods and events tell it. */
  static final String REFUSED = "FailedCreate";

  private static final String TRUE = "True";

  private Seen() {}

  /**
   * Whether all that should run of the current template is available, and nothing of another one is
   * left; of a Job, whether it has done its work.
   */
  static boolean isComplete(HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment -> isComplete(deployment);
      case StatefulSet set -> isComplete(set);
      case DaemonSet set -> isComplete(set);
      case ArgoRollout rollout -> ArgoState.of(rollout) instanceof ArgoState.Healthy;
      case Job job -> condition(job, "Complete").isPresent();
      case HasMetadata _ -> true;
    };
  }

  private static boolean isComplete(Deployment deployment) {
    DeploymentStatus status = status(deployment);
    int wanted = number(deployment.getSpec().getReplicas());
    return isObserved(deployment)
        && number(status.getUpdatedReplicas()) == wanted
        && number(status.getReplicas()) == wanted
        && number(status.getAvailableReplicas()) == wanted;
  }

  /**
   * Whether what an autoscaler adds to and takes from serves: nothing of another template is left,
   * and so many pods are available. Once it has rolled out, it need not be told anew after each
   * change of their number.
   */
  static boolean serves(Deployment deployment, int least, boolean proved) {
    DeploymentStatus status = status(deployment);
    return (proved || isObserved(deployment))
        && number(status.getUpdatedReplicas()) == number(status.getReplicas())
        && number(status.getAvailableReplicas()) >= least;
  }

  private static boolean isComplete(StatefulSet set) {
    StatefulSetStatus status =
        Optional.ofNullable(set.getStatus()).orElseGet(StatefulSetStatus::new);
    int wanted = number(set.getSpec().getReplicas());
    return isObserved(set, status.getObservedGeneration())
        && Objects.equals(status.getCurrentRevision(), status.getUpdateRevision())
        && number(status.getReplicas()) == wanted
        && number(status.getAvailableReplicas()) == wanted;
  }

  private static boolean isComplete(DaemonSet set) {
    DaemonSetStatus status = Optional.ofNullable(set.getStatus()).orElseGet(DaemonSetStatus::new);
    int wanted = number(status.getDesiredNumberScheduled());
    return isObserved(set, status.getObservedGeneration())
        && number(status.getUpdatedNumberScheduled()) == wanted
        && number(status.getNumberAvailable()) == wanted;
  }

  /** What its pods may use. */
  static Allotment allotment(Deployment deployment) {
    Map<String, Quantity> limits =
        deployment.getSpec().getTemplate().getSpec().getContainers().stream()
            .findFirst()
            .map(Container::getResources)
            .map(ResourceRequirements::getLimits)
            .orElseGet(Map::of);
    return new Allotment(
        Optional.ofNullable(limits.get("cpu")).map(it -> it.getNumericalAmount().doubleValue()),
        Optional.ofNullable(limits.get("memory")).map(it -> it.getNumericalAmount().longValue()));
  }

  /** Whether the status is about what was applied last. */
  static boolean isObserved(Deployment deployment) {
    return isObserved(deployment, status(deployment).getObservedGeneration());
  }

  private static boolean isObserved(HasMetadata workload, @Nullable Long observed) {
    Long applied = workload.getMetadata().getGeneration();
    return observed != null && applied != null && observed >= applied;
  }

  /** What a workload makes its pods of. */
  static Optional<PodTemplateSpec> template(HasMetadata workload) {
    return switch (workload) {
      case Deployment it -> Optional.of(it.getSpec().getTemplate());
      case StatefulSet it -> Optional.of(it.getSpec().getTemplate());
      case DaemonSet it -> Optional.of(it.getSpec().getTemplate());
      case ArgoRollout it -> Optional.ofNullable(it.getSpec().template);
      case Job it -> Optional.of(it.getSpec().getTemplate());
      case HasMetadata _ -> Optional.empty();
    };
  }

  /** Whether it is a pod of a Job, which ends when its work is done. */
  static boolean isOfJob(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(it -> it.getKind().equals("Job"));
  }

  /** That of a Job which holds. */
  static Optional<JobCondition> condition(Job job, String type) {
    return Optional.ofNullable(job.getStatus())
        .map(JobStatus::getConditions)
        .orElse(List.of())
        .stream()
        .filter(it -> type.equals(it.getType()) && TRUE.equals(it.getStatus()))
        .findFirst();
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

  /** Those that prepare a pod come first. */
  static List<ContainerStatus> containers(Pod pod) {
    Optional<PodStatus> status = Optional.ofNullable(pod.getStatus());
    return Stream.of(
            status.map(PodStatus::getInitContainerStatuses),
            status.map(PodStatus::getContainerStatuses))
        .flatMap(Optional::stream)
        .flatMap(List::stream)
        .toList();
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
