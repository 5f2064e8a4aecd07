package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.JointStep.Part;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** The service that the task names. */
  static Optional<String> service(TaskDispatch task) {
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
    Optional<Failure> other = context.deployed().flatMap(it -> otherwise(it, service));
    if (other.isPresent()) {
      return new Resolution.Unresolved(other.get());
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

  /** What the target is not: one service, or a stack that has this one. */
  private Optional<Failure> otherwise(DeploymentRecord known, Optional<String> service) {
    Set<String> names = known.services().map(Map::keySet).orElse(Set.of());
    boolean isOne = known.running().or(known::lastVerified).isPresent();
    boolean isStack = !known.runningServices().isEmpty() || (!names.isEmpty() && !isOne);
    if (isStack && !names.contains(service.orElse(""))) {
      return Optional.of(no(known, "it is a stack of " + names, "name one of them in /service"));
    }
    return service.isPresent() && isOne && !isStack
        ? Optional.of(no(known, "it is one service and no stack", "leave /service out"))
        : Optional.empty();
  }

  private Failure no(DeploymentRecord known, String cause, String fix) {
    return Failure.of(
        ReasonCode.PRECONDITION_FAILED, "%s %s".formatted(name(), known.target()), cause, fix);
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    return service(task)
        .map(it -> alone.subjects(part(task, it), observations.of(it)))
        .orElseGet(() -> alone.subjects(task, observations));
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
