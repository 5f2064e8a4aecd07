package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.DataLoss;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.plan.Facts;
import java.util.List;

/**
 * Looks for data that the release would lose, before anything is changed. It takes two to let data
 * go: the task, and a person who says that the step is done.
 */
record ProtectStep(DeployStep deploy) implements FallibleStep {
  private static final String ASK = "let it go with done, or keep it with undone";
  private static final String REFUSE =
      "keep it in the release, or dispatch it with allowDataLoss: true, which asks a person";

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    List<String> losses =
        unlessOk(
            deploy.service().runtime().losses(Service.target(context), deploy.release(context)));
    if (losses.isEmpty()) {
      return new Outcome.Applied(Facts.NONE);
    }
    return deploy.parameters().mayLoseData()
        ? new Outcome.Inconclusive(DataLoss.risk(context, losses, ASK))
        : new Outcome.Failed(DataLoss.risk(context, losses, REFUSE));
  }
}
