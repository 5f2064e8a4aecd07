package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.DataLoss;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.plan.Facts;
import java.util.List;

/**
 * Looks, before anything is changed, for what the release would take from the one that runs: a port
 * or a volume that both want, and data that would be lost. It takes two to let data go: the task,
 * and a person who says that the step is done.
 */
record ProtectStep(DeployStep deploy) implements FallibleStep {
  private static final String ASK = "let it go with done, or keep it with undone";
  private static final String REFUSE =
      "keep it in the release, or dispatch it with allowDataLoss: true, which asks a person";

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    String target = Service.target(context);
    ServiceRuntime runtime = deploy.service().runtime();
    Release release = deploy.release(context);
    if (Sight.of(context.facts()).terms().isBeside()) {
      unlessOk(runtime.standsBeside(target, release));
    }
    List<String> losses = unlessOk(runtime.losses(target, release));
    if (losses.isEmpty()) {
      return new Outcome.Applied(Facts.NONE);
    }
    return deploy.parameters().mayLoseData()
        ? new Outcome.Inconclusive(DataLoss.risk(context, losses, ASK))
        : new Outcome.Failed(DataLoss.risk(context, losses, REFUSE));
  }
}
