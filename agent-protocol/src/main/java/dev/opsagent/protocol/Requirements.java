package dev.opsagent.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the task demands of its execution. Each is enforced or the task is refused; none is ignored.
 *
 * @param deadline the time by which the task must have ended
 * @param timeout the longest the task may take from its acceptance (ISO-8601 duration)
 * @param timeline when the task may begin
 * @param performance performance requirement, by operation
 * @param scaling scaling requirement, by operation
 * @param compliance compliance requirement, by operation
 */
public record Requirements(
    Optional<Instant> deadline,
    Optional<Duration> timeout,
    Optional<Timeline> timeline,
    Optional<JsonNode> performance,
    Optional<JsonNode> scaling,
    Optional<JsonNode> compliance) {
  /** No requirement at all. */
  public static final Requirements NONE =
      new Requirements(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Nothing but to have ended within that time of its acceptance. */
  public static Requirements within(Duration timeout) {
    return new Requirements(
        Optional.empty(),
        Optional.of(timeout),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public Requirements {
    performance = performance.filter(node -> !node.isNull());
    scaling = scaling.filter(node -> !node.isNull());
    compliance = compliance.filter(node -> !node.isNull());
    timeout.ifPresent(
        value -> Checks.range("requirements.timeout", value.toSeconds(), 1, 7 * 24 * 3600));
  }

  /**
   * When the task may begin.
   *
   * @param notBefore it waits until then; absent: for nothing
   * @param notAfter later it does not begin any more; absent: its deadline alone ends it
   */
  public record Timeline(Optional<Instant> notBefore, Optional<Instant> notAfter) {
    /** At any time. */
    public static final Timeline ANY = new Timeline(Optional.empty(), Optional.empty());

    public Timeline {
      if (notAfter.isPresent() && notBefore.filter(notAfter.get()::isBefore).isPresent()) {
        throw new InvalidMessage(
            "requirements.timeline.notAfter", "must not be earlier than notBefore");
      }
    }
  }
}
