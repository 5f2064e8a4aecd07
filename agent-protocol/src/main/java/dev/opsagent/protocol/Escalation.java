package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code ops.escalations}: something that the PM must know at once, and its transitions.
 *
 * @param escalationId stable over its transitions
 * @param taskId the task that raised it, if one did
 * @param evidence what was seen, one line each
 * @param done what the agent has done about it, one line each
 * @param decide what a person must decide; empty when nothing
 * @param occurrences how often it was seen while open
 */
public record Escalation(
    String escalationId,
    Trigger trigger,
    Severity severity,
    Status status,
    Target target,
    Optional<String> taskId,
    String summary,
    List<String> evidence,
    List<String> done,
    String decide,
    long occurrences,
    Instant at)
    implements Message {
  public Escalation {
    Checks.text("escalationId", escalationId, 256);
    Checks.text("summary", summary, 1024);
    Checks.range("occurrences", occurrences, 1, Long.MAX_VALUE);
    evidence = List.copyOf(evidence);
    done = List.copyOf(done);
  }

  /** The five reasons to page the PM. */
  public enum Trigger {
    CRITICAL_DEPLOYMENT_FAILURE,
    OUTAGE,
    SECURITY_INCIDENT,
    PERFORMANCE_DEGRADATION,
    DATA_LOSS_RISK
  }

  /** How bad it is. */
  public enum Severity {
    WARNING,
    CRITICAL
  }

  /** Where it stands. */
  public enum Status {
    OPEN,
    ACKNOWLEDGED,
    RESOLVED
  }
}
