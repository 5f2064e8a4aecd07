package dev.opsagent.protocol;

import java.time.Duration;
import java.util.Optional;

/** A task did not reach the awaited state in the time that its caller gave it. */
public final class NoReportInTime extends ClientFailure {
  private static final long serialVersionUID = 1L;

  private final transient Optional<StatusReport> last;

  NoReportInTime(String taskId, Duration waited, Optional<StatusReport> last) {
    super(
        new Failure(
            ReasonCode.TIMEOUT,
            "await task " + taskId,
            last.map(report -> "after " + waited + " it was " + report.state())
                .orElse("no report came within " + waited),
            last.isPresent()
                ? "await it again; it goes on by itself"
                : "check that a worker serves the target's fleet",
            true),
        null);
    this.last = last;
  }

  /** The latest report that was seen, if any was. */
  public Optional<StatusReport> last() {
    return last;
  }
}
