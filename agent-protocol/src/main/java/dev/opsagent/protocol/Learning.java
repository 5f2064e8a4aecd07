package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code ops.learnings}: a lesson from work that was done, with what proves it.
 *
 * @param learningId stable over its corrections; the latest stands
 * @param target what it was learnt on, if it was one target
 * @param operation the operation it is about, if it is about one
 * @param summary the lesson in one sentence
 * @param evidence addresses of the records that show it, such as {@code ops.status/task-7#12}
 *     (topic, key and revision); at least one
 */
public record Learning(
    String learningId,
    Kind kind,
    Optional<Target> target,
    Optional<String> operation,
    String summary,
    List<String> evidence,
    Instant at)
    implements Message {
  public Learning {
    Checks.text("learningId", learningId, 256);
    operation.ifPresent(value -> Checks.matches("operation", value, Checks.OPERATION));
    Checks.text("summary", summary, 1024);
    evidence = List.copyOf(evidence);
    Checks.range("evidence.length", evidence.size(), 1, 64);
  }

  /** What sort of lesson it is. */
  public enum Kind {
    EFFECTIVE_STRATEGY,
    PERFORMANCE_OPTIMIZATION,
    INCIDENT_PATTERN,
    AUTOMATION_SUCCESS,
    COST_REDUCTION
  }
}
