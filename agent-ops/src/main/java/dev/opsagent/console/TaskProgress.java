package dev.opsagent.console;

import dev.opsagent.protocol.StatusReport;

/** Shows how a task goes on. */
public interface TaskProgress {
  /** The next report of the task. */
  void report(StatusReport report);

  /** Time has passed; called several times a second while nothing is reported. */
  void tick();
}
