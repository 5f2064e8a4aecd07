package dev.opsagent.console;

import dev.opsagent.protocol.StatusReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Follows tasks where no terminal is: a line per transition, and a heartbeat when nothing was said
 * for half a minute.
 */
public final class AppendedLines implements TaskProgress {
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);

  private final PrintWriter out;
  private final Transitions transitions;
  private final InstantSource clock;
  private Optional<TaskView> task = Optional.empty();
  private Instant spoken;

  public AppendedLines(PrintWriter out, Style style, InstantSource clock) {
    this.out = out;
    this.transitions = new Transitions(style);
    this.clock = clock;
    this.spoken = clock.instant();
  }

  @Override
  public void report(StatusReport report) {
    task =
        Optional.of(
            task.filter(it -> it.taskId().equals(report.taskId()))
                .map(it -> it.with(report))
                .orElseGet(() -> TaskView.of(report)));
    transitions.of(report).forEach(out::println);
    out.flush();
    spoken = clock.instant();
  }

  @Override
  public void tick() {
    Instant now = clock.instant();
    if (task.isEmpty() || now.isBefore(spoken.plus(HEARTBEAT))) {
      return;
    }
    spoken = now;
    if (!task.get().state().isEnd()) {
      out.println(transitions.heartbeat(task.get(), now));
      out.flush();
    }
  }
}
