package dev.opsagent.cli;

import dev.opsagent.console.AppendedLines;
import dev.opsagent.console.Escape;
import dev.opsagent.console.LiveTree;
import dev.opsagent.console.StepTree;
import dev.opsagent.console.Style;
import dev.opsagent.console.TaskProgress;
import dev.opsagent.protocol.StatusReport;
import java.time.Duration;

/** Chooses how a task's progress is shown. */
final class Progress {
  private Progress() {}

  /** A live tree on a terminal, else appended lines; on stderr when stdout is for a program. */
  static TaskProgress of(Surroundings around, Format format) {
    Style style = Style.of(around.environment(), around.terminal() && !format.forPrograms());
    if (around.terminal() && !format.forPrograms()) {
      StepTree tree = new StepTree(around.width(), around.height(), style);
      return new LiveTree(around.out(), tree, around.clock());
    }
    return new AppendedLines(
        format.forPrograms() ? around.err() : around.out(), style, around.clock());
  }

  /** The exit code for a task that was last seen like this; says so when it goes on unwatched. */
  static ExitCode end(Surroundings around, StatusReport last, Duration waited) {
    ExitCode code = ExitCode.of(last.state());
    if (code == ExitCode.TIMED_OUT) {
      String task = Escape.line(last.taskId());
      around
          .err()
          .println(
              "task %s is %s and goes on; stopped waiting after %d s. Follow it: ops-agent watch --task %s"
                  .formatted(task, last.state(), waited.toSeconds(), task));
      around.err().flush();
    }
    return code;
  }
}
