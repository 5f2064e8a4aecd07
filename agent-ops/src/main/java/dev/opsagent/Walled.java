package dev.opsagent;

import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.WallLevel;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An operation that starts programs, and so is refused where the wall around them is weaker than
 * the task's environment asks for. Without any wall only environments of the worker's own machine
 * are served, and only when the operator has said so. Environments can change while a task waits,
 * so it is asked again before the task is resolved.
 *
 * @param environments those in force now
 */
record Walled(Operation operation, LocalPrograms programs, Supplier<Environments> environments)
    implements DecoratedOperation {

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return part(task).or(() -> unwalled(task)).or(() -> operation.refuse(task));
  }

  /** What a stack is made of is changed in its lane only, or two tasks could change it at once. */
  private static Optional<Failure> part(TaskDispatch task) {
    return task.target().isPart()
        ? Optional.of(
            Failure.of(
                ReasonCode.INVALID_PARAMETERS,
                "accept the task",
                "target.service must not hold two dashes in a row: services of stacks are so called",
                "name the stack in the target, and its service in the parameters"))
        : Optional.empty();
  }

  private Optional<Failure> unwalled(TaskDispatch task) {
    return programs
        .fault()
        .or(() ->
            environments
                .get()
                .find(task.target().environment())
                .map(this::tooWeak)
                .orElseGet(Walled::gone));
  }

  /** It was dropped from the file after the task had been accepted. */
  private static Optional<Failure> gone() {
    return Optional.of(
        Failure.of(
            ReasonCode.UNKNOWN_ENVIRONMENT,
            "serve the task's environment",
            "it is no longer declared",
            "declare it again, or send the task to a fleet that serves it"));
  }

  private Optional<Failure> tooWeak(Environment environment) {
    WallLevel level = programs.wall().level();
    WallLevel required = WallLevel.valueOf(environment.sandbox().name());
    return level.satisfies(required)
        ? Optional.empty()
        : Optional.of(
            Failure.of(
                ReasonCode.SANDBOX_UNAVAILABLE,
                "put a wall around programs",
                "the environment asks for the level "
                    + required.title()
                    + ", and here it is "
                    + level.title(),
                "send the task to a worker with that level, or give this one what doctor names"));
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return unwalled(task)
        .<Resolution>map(Resolution.Unresolved::new)
        .orElseGet(() -> operation.resolve(task, context));
  }
}
