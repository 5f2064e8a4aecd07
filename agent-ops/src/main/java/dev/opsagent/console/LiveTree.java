package dev.opsagent.console;

import dev.opsagent.protocol.StatusReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Follows one task on a terminal: repaints the step tree in place, at most five times a second. Not
 * safe for several threads at once.
 */
public final class LiveTree implements TaskProgress {
  private static final Duration REPAINT = Duration.ofMillis(200);

  private final PrintWriter out;
  private final StepTree tree;
  private final InstantSource clock;
  private Optional<TaskView> task = Optional.empty();
  private Instant painted = Instant.EPOCH;
  private int height;

  public LiveTree(PrintWriter out, StepTree tree, InstantSource clock) {
    this.out = out;
    this.tree = tree;
    this.clock = clock;
  }

  @Override
  public void report(StatusReport report) {
    task = Optional.of(task.map(it -> it.with(report)).orElseGet(() -> TaskView.of(report)));
    if (report.state().isEnd()) {
      paint(clock.instant());
      return;
    }
    tick();
  }

  @Override
  public void tick() {
    Instant now = clock.instant();
    if (!now.isBefore(painted.plus(REPAINT))) {
      paint(now);
    }
  }

  private void paint(Instant now) {
    if (task.isEmpty()) {
      return;
    }
    List<String> lines = tree.render(task.get(), now);
    StringBuilder frame = new StringBuilder();
    if (height > 0) {
      frame.append("\u001b[").append(height).append('A');
    }
    lines.forEach(it -> frame.append("\r\u001b[2K").append(it).append('\n'));
    // What the last frame had more than this one is cleared below it.
    frame.append("\u001b[J");
    out.print(frame);
    out.flush();
    height = lines.size();
    painted = now;
  }
}
