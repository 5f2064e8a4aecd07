package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.plan.Facts;
import java.util.List;

/** Ends what runs. Its release is kept: {@code restart} starts it again. */
record StopStep(Service service) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    boolean ended =
        service.running(context).isEmpty()
            && !unlessOk(service.runtime().keepsWarm(Service.target(context)));
    return ended ? new Probe.Satisfied(Facts.NONE) : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    var _ = unlessOk(service.runtime().stop(Service.target(context)));
    return new Outcome.Applied(Facts.NONE);
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Remains(List.of(Service.target(context) + " stays stopped"));
  }
}
