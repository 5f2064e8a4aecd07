package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Plays the controllers of what was made from manifests: the pods of Deployments, StatefulSets,
 * DaemonSets, Rollouts and Jobs, and the collector of those that nobody owns. What becomes of a
 * pod, {@link TestingController} says; a Job whose command is {@code /bin/false} fails, and any
 * other is done.
 */
final class PlayedWorkloads implements AutoCloseable {
  private static final String HASH = "pod-template-hash";
  private static final String OWNER = "played-by";

  private final KubernetesClient client;
  private final String namespace;
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final AtomicBoolean due = new AtomicBoolean();

  PlayedWorkloads(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Begins to look after the namespace. */
  void start() {
    var _ = client.apps().deployments().inNamespace(namespace).inform(new Told<>());
    var _ = client.apps().statefulSets().inNamespace(namespace).inform(new Told<>());
    var _ = client.apps().daemonSets().inNamespace(namespace).inform(new Told<>());
    var _ = client.batch().v1().jobs().inNamespace(namespace).inform(new Told<>());
    var _ = client.resources(ArgoRollout.class).inNamespace(namespace).inform(new Told<>());
    var _ = client.pods().inNamespace(namespace).inform(new Told<>());
  }

  @Override
  public void close() {
    loop.shutdownNow();
    client.close();
  }

  private final class Told<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T added) {
      look(added);
    }

    @Override
    public void onUpdate(T before, T after) {
      look(after);
    }

    @Override
    public void onDelete(T deleted, boolean lastStateUnknown) {
      look(deleted);
    }
  }

  private void look(HasMetadata changed) {
    boolean ours =
        Optional.ofNullable(changed.getMetadata().getLabels())
            .filter(it -> it.containsKey(Marks.SERVICE))
            .isPresent();
    if (ours && !loop.isShutdown() && due.compareAndSet(false, true)) {
      loop.execute(this::settle);
    }
  }

  private void settle() {
    due.set(false);
    try {
      List<HasMetadata> workloads =
          Arrays.stream(ManifestKind.values())
              .filter(ManifestKind::isWorkload)
              .<HasMetadata>flatMap(it -> all(it).stream())
              .toList();
      List<String> owners = workloads.stream().map(PlayedWorkloads::owner).toList();
      pods().stream()
          .filter(pod -> !owners.contains(pod.getMetadata().getLabels().get(OWNER)))
          .forEach(this::end);
      workloads.forEach(this::settle);
    } catch (KubernetesClientException changedMeanwhile) {
      // A conflict comes with a change, and a change with another look.
    }
  }

  private List<? extends HasMetadata> all(ManifestKind kind) {
    return client
        .resources(kind.type())
        .inNamespace(namespace)
        .withLabel(Marks.SERVICE)
        .list()
        .getItems();
  }

  private static String owner(HasMetadata workload) {
    return workload.getKind() + "." + workload.getMetadata().getName();
  }

  private void settle(HasMetadata workload) {
    PodTemplateSpec template = Seen.template(workload).orElseThrow();
    String hash = Integer.toHexString(Serialization.asJson(template).hashCode());
    List<Pod> pods = pods(workload);
    List<Pod> old = pods.stream().filter(pod -> !isOf(pod, hash)).toList();
    old.forEach(this::end);
    pods.stream().filter(pod -> isOf(pod, hash)).skip(wanted(workload)).forEach(this::end);
    boolean forbidden =
        client.resourceQuotas().inNamespace(namespace).list().getItems().stream()
            .anyMatch(quota -> new Quantity("0").equals(quota.getSpec().getHard().get("pods")));
    for (int number = pods.size() - old.size(); number < wanted(workload); number++) {
      if (forbidden) {
        warn(workload);
      } else {
        begin(workload, template, hash);
      }
    }
    tell(workload, hash);
  }

  private void warn(HasMetadata workload) {
    ObjectMeta metadata = workload.getMetadata();
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(metadata.getName() + "." + workload.getKind().toLowerCase(Locale.ROOT))
            .withNamespace(namespace)
            .endMetadata()
            .withNewInvolvedObject()
            .withKind(workload.getKind())
            .withName(metadata.getName())
            .withUid(metadata.getUid())
            .endInvolvedObject()
            .withType("Warning")
            .withReason("FailedCreate")
            .withMessage("pods is forbidden: exceeded quota: none, requested: pods=1")
            .withCount(1)
            .build();
    var events = client.v1().events().inNamespace(namespace);
    Event before = events.withName(event.getMetadata().getName()).get();
    if (before == null) {
      var _ = events.resource(event).create();
    } else {
      before.setCount(before.getCount() + 1);
      var _ = events.resource(before).update();
    }
    // A controller tries again, and warns of it again.
    var _ = loop.schedule(() -> settle(), 200, TimeUnit.MILLISECONDS);
  }

  private static int wanted(HasMetadata workload) {
    return switch (workload) {
      case Deployment it -> Objects.requireNonNullElse(it.getSpec().getReplicas(), 1);
      case StatefulSet it -> Objects.requireNonNullElse(it.getSpec().getReplicas(), 1);
      case ArgoRollout it -> it.getSpec().wanted();
      case HasMetadata _ -> 1;
    };
  }

  private void begin(HasMetadata workload, PodTemplateSpec template, String hash) {
    Map<String, String> labels = new HashMap<>(template.getMetadata().getLabels());
    labels.put(OWNER, owner(workload));
    labels.put(workload instanceof ArgoRollout ? ArgoServices.HASH : HASH, hash);
    ObjectMeta metadata = workload.getMetadata();
    var _ =
        client
            .pods()
            .inNamespace(namespace)
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName(metadata.getName() + "-" + Long.toHexString(System.nanoTime()))
                    .withNamespace(namespace)
                    .withLabels(labels)
                    .withAnnotations(template.getMetadata().getAnnotations())
                    .withOwnerReferences(
                        new OwnerReferenceBuilder()
                            .withApiVersion(workload.getApiVersion())
                            .withKind(workload.getKind())
                            .withName(metadata.getName())
                            .withUid(metadata.getUid())
                            .withController(true)
                            .build())
                    .endMetadata()
                    .withSpec(template.getSpec())
                    .withStatus(status(workload, template))
                    .build())
            .create();
  }

  private static PodStatus status(HasMetadata workload, PodTemplateSpec template) {
    return workload instanceof Job
        ? new PodStatusBuilder().withPhase(fails(template) ? "Failed" : "Succeeded").build()
        : TestingController.status(template.getSpec());
  }

  private static boolean fails(PodTemplateSpec template) {
    return template.getSpec().getContainers().getFirst().getCommand().contains("/bin/false");
  }

  private void tell(HasMetadata workload, String hash) {
    HasMetadata told = Serialization.clone(workload);
    List<Pod> all = pods(workload);
    int updated = (int) all.stream().filter(pod -> isOf(pod, hash)).count();
    int ready = (int) all.stream().filter(pod -> isOf(pod, hash) && Seen.isReady(pod)).count();
    Long seen = workload.getMetadata().getGeneration();
    switch (told) {
      case Deployment it ->
          it.setStatus(
              new DeploymentStatusBuilder()
                  .withObservedGeneration(seen)
                  .withReplicas(all.size())
                  .withUpdatedReplicas(updated)
                  .withReadyReplicas(ready)
                  .withAvailableReplicas(ready)
                  .build());
      case StatefulSet it ->
          it.setStatus(
              new StatefulSetStatusBuilder()
                  .withObservedGeneration(seen)
                  .withReplicas(all.size())
                  .withReadyReplicas(ready)
                  .withAvailableReplicas(ready)
                  .withUpdatedReplicas(updated)
                  .withUpdateRevision(hash)
                  .withCurrentRevision(updated == all.size() ? hash : "before")
                  .build());
      case DaemonSet it ->
          it.setStatus(
              new DaemonSetStatusBuilder()
                  .withObservedGeneration(seen)
                  .withDesiredNumberScheduled(1)
                  .withCurrentNumberScheduled(all.size())
                  .withUpdatedNumberScheduled(updated)
                  .withNumberReady(ready)
                  .withNumberAvailable(ready)
                  .build());
      case ArgoRollout it ->
          it.setStatus(
              new PlayedRollouts(client)
                  .status(it, new PlayedRollouts.Pods(hash, all.size(), updated, ready)));
      case Job it -> it.setStatus(ended(it));
      case HasMetadata _ -> throw new IllegalArgumentException(workload.getKind());
    }
    if (!Serialization.asJson(told).equals(Serialization.asJson(workload))) {
      var _ = client.resource(told).updateStatus();
    }
  }

  private static io.fabric8.kubernetes.api.model.batch.v1.JobStatus ended(Job job) {
    boolean fails = fails(job.getSpec().getTemplate());
    return new JobStatusBuilder()
        .addNewCondition()
        .withType(fails ? "Failed" : "Complete")
        .withStatus("True")
        .withReason(fails ? "BackoffLimitExceeded" : "CompletionsReached")
        .withMessage(
            fails
                ? "Job has reached the specified backoff limit"
                : "Reached expected number of succeeded pods")
        .endCondition()
        .build();
  }

  private static boolean isOf(Pod pod, String hash) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return hash.equals(labels.getOrDefault(HASH, labels.get(ArgoServices.HASH)));
  }

  private List<Pod> pods(HasMetadata workload) {
    return pods().stream()
        .filter(pod -> owner(workload).equals(pod.getMetadata().getLabels().get(OWNER)))
        .toList();
  }

  private List<Pod> pods() {
    return client.pods().inNamespace(namespace).withLabel(OWNER).list().getItems();
  }

  private void end(Pod pod) {
    var _ = client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).delete();
  }
}
