package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;

/** Checks that what the plan was made for still holds. */
record ValidateStep(Service service, Artifact artifact) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Sight seen = Sight.of(context.facts());
    Optional<Running> now = service.running(context);
    boolean same =
        seen.running().isPresent()
            ? now.filter(seen.running().get()::is).isPresent()
            : now.isEmpty();
    if (!same) {
      return new Outcome.Failed(moved(context));
    }
    unlessOk(artifact.stillThere(seen));
    return new Outcome.Applied(Facts.NONE);
  }

  private static Failure moved(StepContext context) {
    return Failure.of(
        ReasonCode.CONFLICT,
        "deploy to " + Service.target(context),
        "something else runs there than when the plan was made",
        "dispatch it again under a new id");
  }
}
