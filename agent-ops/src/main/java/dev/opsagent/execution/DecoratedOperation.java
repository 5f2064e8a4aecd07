package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;

/** An operation with something around it: what it does not say itself, the one inside does. */
public interface DecoratedOperation extends Operation {
  /** The one inside. */
  Operation operation();

  @Override
  default String name() {
    return operation().name();
  }

  @Override
  default Optional<Failure> refuse(TaskDispatch task) {
    return operation().refuse(task);
  }

  @Override
  default boolean overtakes() {
    return operation().overtakes();
  }

  @Override
  default Resolution resolve(TaskDispatch task, StepContext context) {
    return operation().resolve(task, context);
  }

  @Override
  default List<Subject> subjects(TaskDispatch task, Facts observations) {
    return operation().subjects(task, observations);
  }

  @Override
  default Plan plan(TaskDispatch task, Facts observations) {
    return operation().plan(task, observations);
  }

  @Override
  default Step step(PlannedStep planned, TaskDispatch task) {
    return operation().step(planned, task);
  }
}
