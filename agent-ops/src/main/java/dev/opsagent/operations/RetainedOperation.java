package dev.opsagent.operations;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Retention;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Compliance;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An operation whose tasks may demand for how long what proves them is kept: such a task is refused
 * where the bus keeps it for less time, and that is checked again before anything else is done.
 */
public record RetainedOperation(Operation operation, Retention retention) implements Operation {
  @Override
  public String name() {
    return operation.name();
  }

  @Override
  public boolean overtakes() {
    return operation.overtakes();
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return wanted(task)
        .filter(it -> it.compareTo(retention.known()) > 0)
        .map(it -> tooShort(it, retention.known()))
        .or(() -> operation.refuse(task));
  }

  private static Optional<Duration> wanted(TaskDispatch task) {
    return task.requirements().compliance().flatMap(Compliance::evidenceRetention);
  }

  static Failure tooShort(Duration wanted, Duration kept) {
    return Failure.of(
        ReasonCode.UNSUPPORTED_REQUIREMENT,
        "hold requirements.compliance.evidenceRetention",
        "evidence, reports, escalations and audit are kept for %s at least, and %s is demanded"
            .formatted(words(kept), wanted),
        "have the operator raise retention.ms of these topics, or demand less");
  }

  static String words(Duration kept) {
    return kept.equals(Retention.FOR_EVER) ? "ever" : kept.toString();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return operation.resolve(task, context);
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return operation.subjects(task, observations);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    Plan plan = operation.plan(task, observations);
    Optional<Duration> wanted = wanted(task);
    if (wanted.isEmpty()) {
      return plan;
    }
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(RetentionStep.planned(wanted.get()));
    steps.addAll(plan.steps());
    return Plan.of(Facts.NONE.with("plan", plan.digest()), steps);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return planned.name().equals(RetentionStep.NAME)
        ? new GuardedStep(
            planned.description(),
            Optional.empty(),
            new RetentionStep(retention, wanted(task).orElseThrow()))
        : operation.step(planned, task);
  }
}
