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

/** Ends the release before, which was kept warm until the new one had proved itself. */
record RetireStep(Service service) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return unlessOk(service.runtime().keepsWarm(Service.target(context)))
        ? new Probe.Missing()
        : new Probe.Satisfied(Facts.NONE);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    var _ = unlessOk(service.runtime().retire(Service.target(context)));
    return new Outcome.Applied(Facts.NONE);
  }

  /** Going back starts it again: the deployment is what is taken back. */
  @Override
  public Undo undo(StepContext context) {
    return new Undo.Undone();
  }
}
