package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the server tells of a Deployment, its sets of pods, and its pods, as it changes. */
record Informers(
    SharedIndexInformer<Deployment> deployments,
    SharedIndexInformer<ReplicaSet> replicaSets,
    SharedIndexInformer<Pod> running)
    implements Cluster.Watched {
  /** Opens them; what is there already has been read when this returns. */
  static Informers open(
      KubernetesClient client,
      String namespace,
      String name,
      Map<String, String> labels,
      Runnable changed) {
    Told told = new Told(changed);
    return new Informers(
        client.apps().deployments().inNamespace(namespace).withName(name).inform(told),
        client.apps().replicaSets().inNamespace(namespace).withLabels(labels).inform(told),
        client.pods().inNamespace(namespace).withLabels(labels).inform(told));
  }

  @Override
  public Optional<Deployment> deployment() {
    return deployments.getStore().list().stream().findFirst();
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
  public void close() {
    deployments.close();
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
