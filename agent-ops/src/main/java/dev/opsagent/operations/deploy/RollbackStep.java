package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import java.util.List;
import java.util.Optional;

/** Takes what runs away again and starts the release before it. It cannot be taken back itself. */
record RollbackStep(Service service) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    return service
        .running(context)
        .filter(now -> isBack(now, context))
        .<Probe>map(now -> new Probe.Satisfied(Facts.NONE, List.of(service.status(now, false))))
        .orElseGet(Probe.Missing::new);
  }

  /** Whether it is the release that was to be gone back to, and not what ran. */
  static boolean isBack(Running now, StepContext context) {
    Sight seen = Sight.of(context.facts());
    String left = seen.running().map(Before::digest).orElse("");
    String wanted = seen.wanted().digest();
    return wanted.isEmpty() ? !now.digest().equals(left) : now.digest().equals(wanted);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Before left = Sight.of(context.facts()).running().orElseThrow();
    context.fence().check();
    Optional<Running> now =
        unlessOk(service.runtime().rollback(Service.target(context), left.digest()));
    List<Deliverable> statuses =
        now.<List<Deliverable>>map(it -> List.of(service.status(it, false))).orElse(List.of());
    return new Outcome.Applied(Facts.NONE, statuses);
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Remains(List.of("what ran before on " + Service.target(context)));
  }
}
