package dev.opsagent.console;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.Waiting;
import dev.opsagent.protocol.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A task as its reports so far show it.
 *
 * @param changes what happened outside the workspace and stands
 * @param began when its first report was made
 * @param at when its last report was made
 */
public record TaskView(
    String taskId,
    String operation,
    String target,
    TaskState state,
    long revision,
    List<StepView> steps,
    Optional<String> planDigest,
    Optional<Reason> reason,
    Optional<Waiting> waiting,
    List<Deliverable> deliverables,
    List<String> changes,
    Instant began,
    Instant at) {

  public TaskView {
    steps = List.copyOf(steps);
    deliverables = List.copyOf(deliverables);
    changes = List.copyOf(changes);
  }

  /**
   * One step of the tree.
   *
   * @param outcome empty while the step is only planned
   * @param at when its outcome was reported
   */
  public record StepView(
      String name,
      String description,
      Optional<StepReport.Outcome> outcome,
      long durationMillis,
      Instant at) {
    Mark mark() {
      return outcome.map(Mark::of).orElseGet(Mark::planned);
    }
  }

  /** The task after its first report. */
  public static TaskView of(StatusReport first) {
    return of(first, List.of(), Optional.empty(), first.at());
  }

  /** The task after one more report; a report that was seen already changes nothing. */
  public TaskView with(StatusReport next) {
    if (next.revision() <= revision) {
      return this;
    }
    return of(next, steps, planDigest, began);
  }

  /** The address of this state, to be shared: task and revision. */
  public String address() {
    return taskId + "#" + revision;
  }

  private static TaskView of(
      StatusReport report, List<StepView> before, Optional<String> digest, Instant began) {
    List<StepView> planned = report.plan().map(it -> planned(it, report.at())).orElse(before);
    return new TaskView(
        report.taskId(),
        report.operation(),
        report.target().key(),
        report.state(),
        report.revision(),
        report.step().map(it -> stepped(planned, it, report.at())).orElse(planned),
        report.plan().map(PlanReport::digest).or(() -> digest),
        report.reason(),
        report.waiting(),
        report.deliverables(),
        report.changes(),
        began,
        report.at());
  }

  private static List<StepView> planned(PlanReport plan, Instant at) {
    return plan.steps().stream()
        .map(it -> new StepView(it.name(), it.description(), Optional.empty(), 0, at))
        .toList();
  }

  private static List<StepView> stepped(List<StepView> before, StepReport step, Instant at) {
    List<StepView> steps = new ArrayList<>(before);
    while (steps.size() < step.index()) {
      String name = "step " + (steps.size() + 1);
      steps.add(new StepView(name, name, Optional.empty(), 0, at));
    }
    steps.set(
        step.index() - 1,
        new StepView(
            step.name(),
            step.description(),
            Optional.of(step.outcome()),
            step.durationMillis(),
            at));
    return steps;
  }
}
