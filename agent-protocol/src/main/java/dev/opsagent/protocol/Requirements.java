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
 * @param performance performance requirement, by operation
 * @param scaling scaling requirement, by operation
 * @param compliance compliance requirement, by operation
 */
public record Requirements(
    Optional<Instant> deadline,
    Optional<Duration> timeout,
    Optional<JsonNode> performance,
    Optional<JsonNode> scaling,
    Optional<JsonNode> compliance) {
  /** No requirement at all. */
  public static final Requirements NONE =
      new Requirements(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public Requirements {
    performance = performance.filter(node -> !node.isNull());
    scaling = scaling.filter(node -> !node.isNull());
    compliance = compliance.filter(node -> !node.isNull());
    timeout.ifPresent(
        value -> Checks.range("requirements.timeout", value.toSeconds(), 1, 7 * 24 * 3600));
  }
}
