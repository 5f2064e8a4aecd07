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
import java.util.Optional;

/** Lets a share of the callers reach the release; taken back, none of them does. */
record ShareStep(Service service, int percent) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return shared(context).filter(now -> now >= percent).isPresent()
        ? new Probe.Satisfied(Facts.NONE)
        : new Probe.Missing();
  }

  private Optional<Integer> shared(StepContext context) throws Stopped {
    return unlessOk(service.runtime().shared(Service.target(context), digest(context)));
  }

  private static String digest(StepContext context) {
    return Sight.of(context.facts()).wanted().digest();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    var _ = unlessOk(service.runtime().share(Service.target(context), digest(context), percent));
    return new Outcome.Applied(Facts.NONE);
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    Optional<Integer> now = shared(context);
    if (now.filter(it -> it > 0 && it < 100).isPresent()) {
      context.fence().check();
      var _ = unlessOk(service.runtime().share(Service.target(context), digest(context), 0));
    }
    return new Undo.Undone();
  }
}
