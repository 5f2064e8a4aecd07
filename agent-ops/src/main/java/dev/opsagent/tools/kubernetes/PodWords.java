package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/** Adds to a failure what a pod says of it. */
record PodWords(Cluster cluster, Printable words) {
  /** With what is known of the first of them. */
  Failure with(Failure late, List<Pod> pods) {
    return pods.isEmpty() ? late : with(late, pods.getFirst());
  }

  Failure with(Failure failure, Pod pod) {
    return new Failure(
        failure.code(),
        failure.action(),
        failure.cause() + said(pod),
        failure.fix(),
        failure.retryable());
  }

  /** The pod's events and the end of its log. */
  private String said(Pod pod) {
    List<String> warnings = cluster.warnings(pod);
    String events =
        words
            .end(String.join("\n", warnings))
            .map(lines -> "; the cluster warned: " + lines)
            .orElse("");
    String log = words.end(cluster.log(pod)).map(lines -> "; its log ends: " + lines).orElse("");
    return events + log;
  }
}
