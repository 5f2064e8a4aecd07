package dev.opsagent.cli;

import dev.opsagent.console.AppendedLines;
import dev.opsagent.console.LiveTree;
import dev.opsagent.console.StepTree;
import dev.opsagent.console.Style;
import dev.opsagent.console.TaskProgress;

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
}
