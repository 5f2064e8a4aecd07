package dev.opsagent.console;

import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reports as lines that only append: one per transition, for logs and pipes. */
public record Transitions(Style style) {
  private static final int LONGEST = 1024;

  /** The lines of one report. */
  public List<String> of(StatusReport report) {
    List<String> lines = new ArrayList<>();
    String head = head(report);
    report
        .step()
        .ifPresentOrElse(
            it -> lines.add(head + step(it)),
            () -> lines.add(head + Mark.of(report.state()).paint(style) + plan(report)));
    report.reason().ifPresent(it -> lines.add(head + it.code() + ": " + Escape.line(it.detail())));
    report.waiting().ifPresent(it -> lines.add(head + Escape.line(it.sentence())));
    if (report.state().isEnd()) {
      new RequirementLines(style)
          .of(report.deliverables(), LONGEST)
          .forEach(it -> lines.add(head + it));
    }
    return lines;
  }

  /** The line that says that something is still going on. */
  public String heartbeat(TaskView task, Instant now) {
    String running =
        task.steps().stream()
            .filter(it -> it.outcome().filter(o -> o == StepReport.Outcome.STARTED).isPresent())
            .map(it -> ", in " + it.name())
            .findFirst()
            .orElse("");
    return "%s %s still %s after %s%s"
        .formatted(
            Clock.show(now),
            task.taskId(),
            task.state(),
            Lasting.words(Duration.between(task.began(), now)),
            Escape.line(running));
  }

  private static String head(StatusReport report) {
    return Clock.show(report.at()) + " " + report.taskId() + "#" + report.revision() + " ";
  }

  private String step(StepReport step) {
    String time =
        step.durationMillis() == 0
            ? ""
            : " (" + Lasting.words(Duration.ofMillis(step.durationMillis())) + ")";
    return "%s  [%d/%d] %s: %s%s"
        .formatted(
            Mark.of(step.outcome()).paint(style),
            step.index(),
            step.of(),
            Escape.line(step.name()),
            Escape.line(step.description()),
            time);
  }

  private static String plan(StatusReport report) {
    return report
        .plan()
        .map(it -> "  plan of " + it.steps().size() + " steps " + it.digest())
        .orElse("");
  }
}
