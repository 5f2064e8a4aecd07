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

/**
 * Brings the release up beside what runs, and tries it; nobody reaches it yet.
 *
 * @param deploy what lets all callers reach it in the end, and takes it back
 */
record IntroduceStep(DeployStep deploy) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped, InterruptedException {
    Service service = deploy.service();
    boolean there =
        unlessOk(service.runtime().introduced(Service.target(context)))
            .filter(it -> Expected.isRelease(it, context) && Expected.isWhole(it, context))
            .isPresent();
    return there ? new Probe.Satisfied(Facts.NONE) : deploy.probe(context);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    var _ =
        unlessOk(
            deploy
                .service()
                .runtime()
                .introduce(
                    Service.target(context), deploy.release(context), deploy.trial(context)));
    return new Outcome.Applied(Facts.NONE);
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, InterruptedException {
    return deploy.undo(context);
  }
}
