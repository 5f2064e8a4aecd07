package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One namespace of a cluster, as far as it is needed. A failure says what the server said; what
 * could not be read is never answered by nothing.
 */
interface Cluster extends AutoCloseable {
  /** Leads to the cluster of an environment. */
  interface Door {
    /** Opens it for the questions about one target, whose failures say what to do. */
    Answer<Cluster> open(String target);
  }

  String namespace();

  /** Where the service of that name is reached that takes connections on that port. */
  String address(String service, int port);

  /** Whether the server has the kind, which may be one that somebody has to install. */
  Answer<Boolean> has(ManifestKind kind);

  /** What is there of the kind and name. */
  Answer<Optional<HasMetadata>> find(ManifestKind kind, String name);

  default Answer<Optional<Deployment>> deployment(String name) {
    return find(ManifestKind.DEPLOYMENT, name).map(found -> found.map(Deployment.class::cast));
  }

  default Answer<Optional<Service>> service(String name) {
    return find(ManifestKind.SERVICE, name).map(found -> found.map(Service.class::cast));
  }

  /** The value of a key of a Secret; empty when there is no such Secret or key. */
  Answer<Optional<String>> secret(String name, String key);

  Answer<List<Pod>> pods(Map<String, String> labels);

  /**
   * What each of the pods uses, as the cluster has measured it last.
   *
   * @return empty where nobody measures, or this agent may not know
   */
  Answer<List<Use>> uses(Map<String, String> labels);

  /**
   * What a pod uses.
   *
   * @param processors that were busy over the last while
   * @param memory in bytes
   */
  record Use(double processors, long memory) {}

  /**
   * Has the server make the object, or change what of it belongs to this agent. Nothing that
   * somebody else manages is overwritten: that is a {@code CONFLICT} that names who and what.
   */
  Answer<Boolean> apply(HasMetadata object);

  /** Likewise, and takes fields from whoever else manages them. */
  Answer<Boolean> takeOver(HasMetadata object);

  /**
   * Asks the server what would become of the object, with all that it would refuse it for. Changes
   * nothing.
   *
   * @param forced as if it were taken over
   */
  Answer<HasMetadata> rehearse(HasMetadata object, boolean forced);

  /** Harmless when it is not there. Pods go with what made them. */
  Answer<Boolean> delete(ManifestKind kind, String name);

  /** What the cluster warned of about a pod, oldest first; empty when that cannot be read. */
  List<String> warnings(Pod pod);

  /** The last lines that a pod wrote; of one that keeps ending, those of the run before. */
  String log(Pod pod);

  /**
   * Follows what makes pods, and the pods, that bear the labels.
   *
   * @param kinds of what makes pods
   * @param changed told after each change, on a thread that must not be blocked
   */
  Answer<Watched> watch(Set<ManifestKind> kinds, Map<String, String> labels, Runnable changed);

  @Override
  void close();

  /** What is followed, as it was told last. */
  interface Watched extends AutoCloseable {
    /** What makes pods. */
    List<HasMetadata> workloads();

    List<ReplicaSet> sets();

    List<Pod> pods();

    /** What was warned of, of workloads for which no pods could be made. */
    List<Event> refusals();

    @Override
    void close();
  }
}
