package dev.opsagent.testing;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A push that accepts every task, and must not be asked for more. */
public record UntouchedOperation() implements Operation {
  /** A task for it. */
  public static TaskDispatch task(String environment) {
    String yaml =
        """
        taskId: t-1
        operation: push
        target: {environment: %s, service: web}
        parameters: {bump: patch}
        requestedBy: pm
        """
            .formatted(environment);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  @Override
  public String name() {
    return "push";
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return Optional.empty();
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    throw new AssertionError("nothing is looked up");
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    throw new AssertionError("nothing is planned");
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    throw new AssertionError("nothing is done");
  }
}
