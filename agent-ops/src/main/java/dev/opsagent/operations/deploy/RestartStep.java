package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import java.util.List;

/** Ends what runs and starts the same release again. */
record RestartStep(Service service) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return service
        .running(context)
        .filter(now -> isRestarted(now, context))
        .<Probe>map(now -> new Probe.Satisfied(Facts.NONE, List.of(service.status(now, false))))
        .orElseGet(Probe.Missing::new);
  }

  static boolean isRestarted(Running now, StepContext context) {
    return now.taskId().equals(context.task().taskId());
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    Running now =
        unlessOk(service.runtime().restart(Service.target(context), context.task().taskId()));
    return new Outcome.Applied(Facts.NONE, List.of(service.status(now, false)));
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Remains(List.of("a restart of " + Service.target(context)));
  }
}
