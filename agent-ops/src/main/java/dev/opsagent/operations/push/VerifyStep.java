package dev.opsagent.operations.push;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.Verification;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import java.util.List;

/** Asks the deployed release whether it serves, until it does or the time is over. */
record VerifyStep(Deployment deployment, Verification verification) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped, InterruptedException {
    Running serving =
        verification.verified(
            deployment.service(),
            context,
            now -> deployment.isOurs(now, context),
            context.timeout());
    return new Outcome.Applied(Facts.NONE, List.of(deployment.service().status(serving, true)));
  }
}
