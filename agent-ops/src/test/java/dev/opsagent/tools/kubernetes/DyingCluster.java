package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The cluster of a worker that is gone after so many calls that change something. */
final class DyingCluster implements Cluster {
  private final Cluster cluster;
  private int left;

  /**
   * @param left how many changes are made; with 0, the worker is gone before the first
   */
  DyingCluster(Cluster cluster, int left) {
    this.cluster = cluster;
    this.left = left;
  }

  @Override
  public String namespace() {
    return cluster.namespace();
  }

  @Override
  public String address(String service, int port) {
    return cluster.address(service, port);
  }

  @Override
  public Answer<Optional<Deployment>> deployment(String name) {
    return cluster.deployment(name);
  }

  @Override
  public Answer<Optional<Service>> service(String name) {
    return cluster.service(name);
  }

  @Override
  public Answer<List<Pod>> pods(Map<String, String> labels) {
    return cluster.pods(labels);
  }

  @Override
  public Answer<Boolean> apply(Deployment deployment) {
    return change(() -> cluster.apply(deployment));
  }

  @Override
  public Answer<Boolean> apply(Service service) {
    return change(() -> cluster.apply(service));
  }

  @Override
  public Answer<Boolean> deleteDeployment(String name) {
    return change(() -> cluster.deleteDeployment(name));
  }

  @Override
  public Answer<Boolean> deleteService(String name) {
    return change(() -> cluster.deleteService(name));
  }

  @Override
  public List<String> warnings(Pod pod) {
    return cluster.warnings(pod);
  }

  @Override
  public String log(Pod pod) {
    return cluster.log(pod);
  }

  @Override
  public Answer<Watched> watch(String name, Map<String, String> labels, Runnable changed) {
    return cluster.watch(name, labels, changed);
  }

  @Override
  public void close() {
    cluster.close();
  }

  private <T> Answer<T> change(Supplier<Answer<T>> call) {
    if (left <= 0) {
      throw new RuntimeContract.Gone();
    }
    left--;
    return call.get();
  }
}
