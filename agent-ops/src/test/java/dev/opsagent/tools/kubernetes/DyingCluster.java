package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  public Answer<Boolean> has(ManifestKind kind) {
    return cluster.has(kind);
  }

  @Override
  public Answer<Optional<HasMetadata>> find(ManifestKind kind, String name) {
    return cluster.find(kind, name);
  }

  @Override
  public Answer<Optional<String>> secret(String name, String key) {
    return cluster.secret(name, key);
  }

  @Override
  public Answer<List<Pod>> pods(Map<String, String> labels) {
    return cluster.pods(labels);
  }

  @Override
  public Answer<List<Use>> uses(Map<String, String> labels) {
    return cluster.uses(labels);
  }

  @Override
  public Answer<Boolean> apply(HasMetadata object) {
    return change(() -> cluster.apply(object));
  }

  @Override
  public Answer<Boolean> takeOver(HasMetadata object) {
    return change(() -> cluster.takeOver(object));
  }

  @Override
  public Answer<HasMetadata> rehearse(HasMetadata object, boolean forced) {
    return cluster.rehearse(object, forced);
  }

  @Override
  public Answer<Boolean> delete(ManifestKind kind, String name) {
    return change(() -> cluster.delete(kind, name));
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
  public Answer<Watched> watch(
      Set<ManifestKind> kinds, Map<String, String> labels, Runnable changed) {
    return cluster.watch(kinds, labels, changed);
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
