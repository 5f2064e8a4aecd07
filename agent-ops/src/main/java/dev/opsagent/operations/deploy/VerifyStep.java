package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import java.util.List;

/** Waits until what should run serves, and has gone on serving for as long as the task asks. */
record VerifyStep(Service service, Adapters adapters, Expected expected) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped, InterruptedException {
    Running serving =
        adapters
            .verification(context)
            .verified(service, context, now -> expected.is(now, context), context.timeout());
    return new Outcome.Applied(Facts.NONE, List.of(service.status(serving, true)));
  }
}
