package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Plays the controllers and the one node of a cluster: Deployments, their sets of pods, and what
 * becomes of the pods. A pod's own words tell what: an image of the name {@code bad-image} cannot
 * be pulled, {@code /bin/false} ends, nobody listens on port 9, and the node has four processors.
 */
final class TestingController implements AutoCloseable {
  static final int NEVER_READY = 9;
  private static final String HASH = "pod-template-hash";
  private static final BigDecimal PROCESSORS = BigDecimal.valueOf(4);

  private final KubernetesClient client;
  private final String namespace;
  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  TestingController(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Begins to look after the namespace. */
  void start() {
    var _ = client.apps().deployments().inNamespace(namespace).inform(new Told());
    var _ = client.pods().inNamespace(namespace).inform(new Told());
  }

  @Override
  public void close() {
    loop.shutdownNow();
    client.close();
  }

  private final class Told implements ResourceEventHandler<HasMetadata> {
    @Override
    public void onAdd(HasMetadata added) {
      look(added);
    }

    @Override
    public void onUpdate(HasMetadata before, HasMetadata after) {
      look(after);
    }

    @Override
    public void onDelete(HasMetadata deleted, boolean lastStateUnknown) {
      look(deleted);
    }
  }

  private void look(HasMetadata changed) {
    Map<String, String> labels =
        Optional.ofNullable(changed.getMetadata().getLabels()).orElse(Map.of());
    String name = labels.getOrDefault(Manifests.NAME, "");
    if (!loop.isShutdown() && !name.isEmpty()) {
      loop.execute(() -> settle(name));
    }
  }

  private void settle(String name) {
    try {
      Deployment found = client.apps().deployments().inNamespace(namespace).withName(name).get();
      if (found == null) {
        remove(name);
      } else {
        settle(found);
      }
    } catch (KubernetesClientException changedMeanwhile) {
      // A conflict comes with a change, and a change with another look.
    }
  }

  private void remove(String name) {
    var _ =
        client.apps().replicaSets().inNamespace(namespace).withLabel(Manifests.NAME, name).delete();
    pods(name).forEach(this::end);
  }

  private void settle(Deployment deployment) {
    String name = deployment.getMetadata().getName();
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    String hash = Integer.toHexString(Serialization.asJson(template).hashCode());
    int wanted = deployment.getSpec().getReplicas();
    List<Pod> old = pods(name).stream().filter(pod -> !isOf(pod, hash)).toList();
    if (rolls(deployment)) {
      roll(name, hash, template, old, wanted);
      tell(deployment, name, hash);
      return;
    }
    old.forEach(this::end);
    boolean forbidden = old.isEmpty() && wanted > 0 && isForbidden();
    if (old.isEmpty()) {
      keepSet(name, hash, template, forbidden);
      scale(name, hash, template, forbidden ? 0 : wanted);
    }
    tell(deployment, name, hash);
  }

  /** Where nobody says how pods are replaced, a server says that they roll. */
  private static boolean rolls(Deployment deployment) {
    return Optional.ofNullable(deployment.getSpec().getStrategy())
        .map(DeploymentStrategy::getType)
        .filter(type -> !type.equals("RollingUpdate"))
        .isEmpty();
  }

  /** One more than wanted at most, and none fewer. */
  private void roll(String name, String hash, PodTemplateSpec template, List<Pod> old, int wanted) {
    keepSet(name, hash, template, false);
    long ready = pods(name).stream().filter(pod -> isOf(pod, hash)).filter(Seen::isReady).count();
    scale(name, hash, template, old.isEmpty() ? wanted : (int) Math.min(wanted, ready + 1));
    old.stream().skip(Math.max(0, wanted - ready)).forEach(this::end);
  }

  private void tell(Deployment deployment, String name, String hash) {
    List<Pod> all = pods(name);
    List<Pod> updated = all.stream().filter(pod -> isOf(pod, hash)).toList();
    int ready = (int) updated.stream().filter(Seen::isReady).count();
    Deployment told = client.apps().deployments().inNamespace(namespace).withName(name).get();
    if (told == null) {
      return;
    }
    told.setStatus(
        new DeploymentStatusBuilder()
            .withObservedGeneration(deployment.getMetadata().getGeneration())
            .withReplicas(all.size())
            .withUpdatedReplicas(updated.size())
            .withReadyReplicas(ready)
            .withAvailableReplicas(ready)
            .withConditions(ready > 0 ? List.of() : conditions(told))
            .build());
    var _ = client.resource(told).updateStatus();
  }

  /** What was told once stands there until a release is available. */
  private static List<DeploymentCondition> conditions(Deployment told) {
    return Optional.ofNullable(told.getStatus())
        .map(DeploymentStatus::getConditions)
        .orElse(List.of());
  }

  private void keepSet(String name, String hash, PodTemplateSpec template, boolean forbidden) {
    ReplicaSet set =
        new ReplicaSetBuilder()
            .withMetadata(metadata(name, name + "-" + hash, hash, template))
            .withNewSpec()
            .withTemplate(template)
            .endSpec()
            .withNewStatus()
            .endStatus()
            .build();
    if (forbidden) {
      set =
          set.edit()
              .editStatus()
              .addNewCondition()
              .withType("ReplicaFailure")
              .withStatus("True")
              .withReason("FailedCreate")
              .withMessage(
                  "pods is forbidden: exceeded quota: none, requested: pods=1, limited: pods=0")
              .endCondition()
              .endStatus()
              .build();
    }
    var sets = client.apps().replicaSets().inNamespace(namespace);
    if (sets.withName(set.getMetadata().getName()).get() == null) {
      var _ = sets.resource(set).create();
    }
  }

  private void scale(String name, String hash, PodTemplateSpec template, int wanted) {
    List<Pod> pods = pods(name).stream().filter(pod -> isOf(pod, hash)).toList();
    pods.stream().skip(wanted).forEach(this::end);
    for (int number = pods.size(); number < wanted; number++) {
      String unique = name + "-" + hash + "-" + Long.toHexString(System.nanoTime());
      Pod pod =
          new PodBuilder()
              .withMetadata(metadata(name, unique, hash, template))
              .withSpec(template.getSpec())
              .build();
      Pod made = client.pods().inNamespace(namespace).resource(pod).create();
      // Whoever sees what has become of it finds what was warned of.
      warn(made);
      made.setStatus(status(template.getSpec()));
      var _ = client.resource(made).updateStatus();
    }
  }

  private ObjectMeta metadata(String name, String unique, String hash, PodTemplateSpec template) {
    return new ObjectMetaBuilder()
        .withName(unique)
        .withNamespace(namespace)
        .withLabels(
            Map.of(Manifests.NAME, name, Manifests.MANAGED_BY, Manifests.OPS_AGENT, HASH, hash))
        .withAnnotations(template.getMetadata().getAnnotations())
        .build();
  }

  private void warn(Pod pod) {
    var _ =
        client
            .v1()
            .events()
            .inNamespace(namespace)
            .resource(
                new EventBuilder()
                    .withNewMetadata()
                    .withName(pod.getMetadata().getName())
                    .withNamespace(namespace)
                    .endMetadata()
                    .withNewInvolvedObject()
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .endInvolvedObject()
                    .withType("Warning")
                    .withReason("Played")
                    .withMessage("this pod is only played")
                    .build())
            .create();
  }

  static PodStatus status(PodSpec spec) {
    var container = spec.getContainers().getFirst();
    PodStatusBuilder status = new PodStatusBuilder();
    Quantity cpus =
        Optional.ofNullable(container.getResources())
            .map(ResourceRequirements::getLimits)
            .map(it -> it.get("cpu"))
            .orElse(new Quantity("0"));
    if (cpus.getNumericalAmount().compareTo(PROCESSORS) > 0) {
      return status
          .addNewCondition()
          .withType("PodScheduled")
          .withStatus("False")
          .withReason("Unschedulable")
          .withMessage("0/1 nodes are available: 1 Insufficient cpu.")
          .endCondition()
          .build();
    }
    boolean ready = false;
    ContainerStatus told;
    if (container.getImage().contains("bad-image")) {
      told = waiting("ImagePullBackOff", "Back-off pulling image").build();
    } else if (container.getCommand().contains("/bin/false")) {
      told =
          waiting("CrashLoopBackOff", "back-off 10s restarting failed container")
              .withRestartCount(2)
              .withNewLastState()
              .withNewTerminated()
              .withExitCode(1)
              .withReason("Error")
              .endTerminated()
              .endLastState()
              .build();
    } else {
      ready =
          container.getPorts().stream().noneMatch(port -> port.getContainerPort() == NEVER_READY);
      told =
          new ContainerStatusBuilder()
              .withRestartCount(0)
              .withReady(ready)
              .withNewState()
              .withNewRunning()
              .endRunning()
              .endState()
              .build();
    }
    return status
        .withContainerStatuses(told)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready ? "True" : "False")
        .endCondition()
        .build();
  }

  private static ContainerStatusBuilder waiting(String reason, String message) {
    return new ContainerStatusBuilder()
        .withNewState()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .endState();
  }

  private boolean isForbidden() {
    return client.resourceQuotas().inNamespace(namespace).list().getItems().stream()
        .anyMatch(quota -> new Quantity("0").equals(quota.getSpec().getHard().get("pods")));
  }

  private static boolean isOf(Pod pod, String hash) {
    return hash.equals(pod.getMetadata().getLabels().get(HASH));
  }

  private List<Pod> pods(String name) {
    return client.pods().inNamespace(namespace).withLabel(Manifests.NAME, name).list().getItems();
  }

  private void end(Pod pod) {
    var _ = client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).delete();
  }
}
