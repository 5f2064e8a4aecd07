package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;

/** The same operation under another name, in a hurry. */
record Overtaking(Operation operation) implements Operation {
  @Override
  public String name() {
    return "rollback";
  }

  @Override
  public boolean overtakes() {
    return true;
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return operation.refuse(task);
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return operation.resolve(task, context);
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return operation.plan(task, observations);
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return operation.step(planned, task);
  }
}
