package dev.opsagent.execution;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import java.util.Optional;

/**
 * A message that does not count, because nobody vouches for it, or not for that.
 *
 * @param detail why, in words; repeats nothing of the message but names
 * @param source who it says has written it
 * @param report what its sender is told, when it was an order
 */
public record Barred(
    ReasonCode code,
    String detail,
    String source,
    Target target,
    Optional<String> taskId,
    Optional<StatusReport> report,
    Optional<String> traceparent) {

  /** The same, with the source cut to a length. */
  Barred within(int longest) {
    String cut = source.length() > longest ? source.substring(0, longest) + "…" : source;
    return new Barred(code, detail, cut, target, taskId, report, traceparent);
  }

  /** One line for the audit. */
  String summary() {
    return code + ": " + detail + "; it says that it is from " + source;
  }
}
