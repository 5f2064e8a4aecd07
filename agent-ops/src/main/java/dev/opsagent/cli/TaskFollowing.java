package dev.opsagent.cli;

import dev.opsagent.console.TaskProgress;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Follows the reports of one task until it ends, needs a person, or the time is over. */
record TaskFollowing(InstantSource clock, TaskProgress progress, boolean throughDecisions) {
  private static final Duration TICK = Duration.ofMillis(200);

  /**
   * Follows.
   *
   * @return the last report that was seen; the exit code is told from its state
   */
  Optional<StatusReport> follow(Bus.Reports reports, String taskId, Duration timeout) {
    Instant until = clock.instant().plus(timeout);
    Optional<StatusReport> last = Optional.empty();
    while (clock.instant().isBefore(until)) {
      for (StatusReport report : reports.poll(TICK)) {
        if (report.taskId().equals(taskId)) {
          last = Optional.of(report);
          progress.report(report);
          if (report.state().isEnd() || needsPerson(report)) {
            return last;
          }
        }
      }
      progress.tick();
    }
    return last;
  }

  private boolean needsPerson(StatusReport report) {
    return !throughDecisions
        && (report.state() == TaskState.AWAITING_DECISION
            || report.state() == TaskState.AWAITING_APPROVAL);
  }
}
