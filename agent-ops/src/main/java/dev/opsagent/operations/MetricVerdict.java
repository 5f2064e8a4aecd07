package dev.opsagent.operations;

import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/** What metrics say of a release. */
public sealed interface MetricVerdict {
  /**
   * All are in their bounds, by enough samples.
   *
   * @param seen one sentence for each check, by its name
   */
  record Good(List<Seen> seen) implements MetricVerdict {
    public Good {
      seen = List.copyOf(seen);
    }
  }

  /** A sentence on one check. */
  record Seen(String check, String sentence) {}

  /**
   * One is out of its bounds.
   *
   * @param code UNHEALTHY, or DEGRADED when it is worse than before the change
   */
  record Bad(ReasonCode code, String cause) implements MetricVerdict {}

  /** None is out of its bounds, and of some nobody can say that they are in them. */
  record Inconclusive(String cause) implements MetricVerdict {}
}
