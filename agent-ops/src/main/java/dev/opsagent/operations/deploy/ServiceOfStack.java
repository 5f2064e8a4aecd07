package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.JointStep.Part;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation on a service that runs, where the target may be a stack: the task then names one
 * service of it, and is carried out in the lane of the stack.
 *
 * @param alone the same on a target that is one service
 */
record ServiceOfStack(Operation alone) implements Operation {
  private static final String SERVICE = "service";

  @Override
  public String name() {
    return alone.name();
  }

  @Override
  public boolean overtakes() {
    return alone.overtakes();
  }

  private static Optional<String> service(TaskDispatch task) {
    return task.parameters().optional(SERVICE).map(it -> it.asString());
  }

  private static TaskDispatch part(TaskDispatch task, String service) {
    ObjectNode parameters = task.parameters().deepCopy();
    parameters.remove(SERVICE);
    return Stack.part(task, service, parameters);
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    try {
      return alone.refuse(service(task).map(it -> part(task, it)).orElse(task));
    } catch (InvalidMessage _) {
      return Refusals.invalid("parameters.service", "is too long behind the name of the stack");
    }
  }

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    Optional<String> service = service(task);
    List<String> running =
        context.deployed().map(DeploymentRecord::runningServices).orElse(List.of());
    if (service.isEmpty() && !running.isEmpty()) {
      return new Resolution.Unresolved(unnamed(context, running));
    }
    if (service.isEmpty()) {
      return alone.resolve(task, context);
    }
    TaskDispatch part = part(task, service.get());
    return switch (alone.resolve(part, Stack.part(context, service.get(), part))) {
      case Resolution.Unresolved no -> no;
      case Resolution.Resolved(Facts facts) ->
          new Resolution.Resolved(Stack.found(service.get(), facts, ""));
    };
  }

  private Failure unnamed(StepContext context, List<String> running) {
    return Failure.of(
        ReasonCode.PRECONDITION_FAILED,
        "%s %s".formatted(name(), context.task().target()),
        "it is a stack of " + running,
        "name one of them in /service");
  }

  @Override
  public Plan plan(TaskDispatch task, Facts observations) {
    return service(task)
        .map(it -> Plan.of(observations, alone.plan(part(task, it), observations.of(it)).steps()))
        .orElseGet(() -> alone.plan(task, observations));
  }

  @Override
  public Step step(PlannedStep planned, TaskDispatch task) {
    return service(task)
        .map(it -> step(planned, part(task, it), it))
        .orElseGet(() -> alone.step(planned, task));
  }

  private Step step(PlannedStep planned, TaskDispatch part, String service) {
    Step step = alone.step(planned, part);
    return new JointStep(
        step.peer(),
        context -> List.of(new Part(service, planned, step, Stack.part(context, service, part))),
        new Abreast(1));
  }
}
