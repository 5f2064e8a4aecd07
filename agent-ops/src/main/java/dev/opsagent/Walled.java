package dev.opsagent;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.WallLevel;
import java.util.Locale;
import java.util.Optional;

/**
 * An operation that starts programs, and so is refused where the wall around them is weaker than
 * the task's environment asks for. Without any wall only {@code local} is served, and only when the
 * operator has said so.
 */
record Walled(Operation operation, LocalPrograms programs, Configuration.Sandbox sandbox)
    implements Operation {
  private static final String LOCAL = "local";

  @Override
  public String name() {
    return operation.name();
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return programs
        .fault()
        .or(() -> tooWeak(task.target().environment()))
        .or(() -> operation.refuse(task));
  }

  private Optional<Failure> tooWeak(String environment) {
    WallLevel level = programs.wall().level();
    WallLevel required =
        Optional.ofNullable(sandbox.required().get(environment))
            .map(title -> WallLevel.valueOf(title.toUpperCase(Locale.ROOT)))
            .orElse(environment.equals(LOCAL) ? WallLevel.NONE : WallLevel.LANDLOCK);
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
  public boolean overtakes() {
    return operation.overtakes();
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
