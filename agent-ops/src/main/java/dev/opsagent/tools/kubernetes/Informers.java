package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the server tells of what makes pods, its sets of pods, and the pods, as it changes. */
record Informers(
    List<SharedIndexInformer<? extends HasMetadata>> makers,
    SharedIndexInformer<ReplicaSet> replicaSets,
    SharedIndexInformer<Pod> running,
    Optional<SharedIndexInformer<Event>> refused)
    implements Cluster.Watched {
  /** A set of pods of a Deployment tells itself that it is refused any. */
  private static final Set<ManifestKind> TOLD_BY_SETS = Set.of(ManifestKind.DEPLOYMENT);

  /** Opens them; what is there already has been read when this returns. */
  static Informers open(
      KubernetesClient client,
      String namespace,
      Set<ManifestKind> kinds,
      Map<String, String> labels,
      Runnable changed) {
    Told told = new Told(changed);
    List<SharedIndexInformer<? extends HasMetadata>> makers = new ArrayList<>();
    kinds.forEach(
        kind -> makers.add(informer(client.resources(kind.type()), namespace, labels, told)));
    return new Informers(
        List.copyOf(makers),
        client.apps().replicaSets().inNamespace(namespace).withLabels(labels).inform(told),
        client.pods().inNamespace(namespace).withLabels(labels).inform(told),
        kinds.equals(TOLD_BY_SETS)
            ? Optional.empty()
            : Optional.of(
                client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("reason", Seen.REFUSED)
                    .inform(told)));
  }

  private static <T extends HasMetadata> SharedIndexInformer<T> informer(
      MixedOperation<T, ?, ?> operation, String namespace, Map<String, String> labels, Told told) {
    return operation.inNamespace(namespace).withLabels(labels).inform(told);
  }

  @Override
  public List<HasMetadata> workloads() {
    return makers.stream().<HasMetadata>flatMap(it -> it.getStore().list().stream()).toList();
  }

  @Override
  public List<ReplicaSet> sets() {
    return replicaSets.getStore().list();
  }

  @Override
  public List<Pod> pods() {
    return running.getStore().list();
  }

  @Override
  public List<Event> refusals() {
    return refused.map(it -> it.getStore().list()).orElse(List.of());
  }

  @Override
  public void close() {
    refused.ifPresent(SharedIndexInformer::close);
    makers.forEach(SharedIndexInformer::close);
    replicaSets.close();
    running.close();
  }

  private record Told(Runnable changed) implements ResourceEventHandler<Object> {
    @Override
    public void onAdd(Object added) {
      changed.run();
    }

    @Override
    public void onUpdate(Object before, Object after) {
      changed.run();
    }

    @Override
    public void onDelete(Object deleted, boolean lastStateUnknown) {
      changed.run();
    }
  }
}
