package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Optional;

/** Has more or fewer of what runs; taken back, there are as many as before. */
record ScaleStep(Service service, Adapters adapters) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    Optional<Running> running = service.running(context);
    if (running.isEmpty()) {
      return new Probe.Missing();
    }
    Running now = running.get();
    if (!Expected.isAsBefore(now, context)) {
      return new Probe.Conflicting(overtaken(now, context));
    }
    return isDone(now, context)
        ? new Probe.Satisfied(Facts.NONE, List.of(service.status(now, false)))
        : new Probe.Missing();
  }

  private static boolean isDone(Running now, StepContext context) {
    int wanted = wanted(context);
    Optional<String> service = ServiceParameters.of(context.task()).composeService();
    // Of a service, containers that are too many run until they are removed.
    return service.isPresent()
        ? new Replicas(wanted, wanted).equals(now.services().get(service.get()))
        : now.isWhole() && now.wanted() == wanted;
  }

  private static int wanted(StepContext context) {
    return Sight.of(context.facts()).terms().replicas().orElseThrow();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    Running running = unlessOk(scaled(wanted(context), context));
    return new Outcome.Applied(Facts.NONE, List.of(service.status(running, false)));
  }

  private Answer<Running> scaled(int replicas, StepContext context) {
    String target = Service.target(context);
    return ServiceParameters.of(context.task())
        .composeService()
        .map(it -> service.runtime().scale(target, it, replicas))
        .orElseGet(() -> service.runtime().scale(target, replicas, Trials.of(adapters, context)));
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    Optional<Running> now = service.running(context);
    if (now.filter(it -> Expected.isAsBefore(it, context)).isPresent()) {
      context.fence().check();
      int before = Sight.of(context.facts()).running().orElseThrow().replicas();
      var _ = unlessOk(scaled(before, context));
    }
    return new Undo.Undone();
  }

  private static Failure overtaken(Running running, StepContext context) {
    return Failure.of(
        ReasonCode.CONFLICT,
        "scale " + Service.target(context),
        "task %s has brought up %s there meanwhile".formatted(running.taskId(), running.version()),
        "see which of the two releases should run");
  }
}
