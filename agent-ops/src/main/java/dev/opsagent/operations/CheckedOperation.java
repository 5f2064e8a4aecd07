package dev.opsagent.operations;

import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An operation whose tasks may demand what the worker itself holds: a task is refused where that
 * cannot be, and it is checked again before anything else is done.
 */
public record CheckedOperation(Operation operation, List<WorkerCheck> checks)
    implements DecoratedOperation {
  public CheckedOperation {
    checks = List.copyOf(checks);
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return checks.stream()
        .flatMap(it -> it.refuse(task).stream())
        .findFirst()
        .or(() -> operation.refuse(task));
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    Plan plan = operation.plan(task, observations);
    List<PlannedStep> steps = new ArrayList<>();
    checks.forEach(it -> it.planned(task).ifPresent(steps::add));
    if (steps.isEmpty()) {
      return plan;
    }
    steps.addAll(plan.steps());
    return Plan.of(Facts.NONE.with("plan", plan.digest()), steps);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return checks.stream()
        .filter(it ->
            it.planned(task).map(PlannedStep::name).filter(planned.name()::equals).isPresent())
        .findFirst()
        .<Step>map(it -> new GuardedStep(planned.description(), Optional.empty(), it))
        .orElseGet(() -> operation.step(planned, task));
  }
}
