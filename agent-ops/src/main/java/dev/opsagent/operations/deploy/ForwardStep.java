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
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import java.util.List;
import java.util.Optional;

/**
 * Brings up another release, or the same one again. Nothing of before comes back when it is undone:
 * that would bring the bad release back.
 *
 * @param expected what runs once it is done
 * @param remains what stays of it, for its undo
 */
record ForwardStep(Service service, Expected expected, Deed deed, String remains)
    implements FallibleStep {
  /** What is asked of the runtime. */
  interface Deed {
    Answer<Optional<Running>> on(Service service, StepContext context);
  }

  /** Takes what runs away again and starts the release before it. */
  static ForwardStep rollback(Service service) {
    return new ForwardStep(
        service,
        Expected::isBack,
        (it, context) -> {
          Before left = Sight.of(context.facts()).running().orElseThrow();
          return it.runtime().rollback(Service.target(context), left.digest());
        },
        "what ran before on ");
  }

  /** Ends what runs and starts the same release again. */
  static ForwardStep restart(Service service) {
    return new ForwardStep(
        service,
        Expected::isOfTask,
        (it, context) ->
            it.runtime()
                .restart(Service.target(context), context.task().taskId())
                .map(Optional::of),
        "a restart of ");
  }

  @Override
  public Probe probe(StepContext context) throws Stopped {
    return service
        .running(context)
        .filter(now -> expected.is(now, context))
        .<Probe>map(now -> new Probe.Satisfied(Facts.NONE, List.of(service.status(now, false))))
        .orElseGet(Probe.Missing::new);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    context.fence().check();
    List<Deliverable> now =
        unlessOk(deed.on(service, context)).stream()
            .<Deliverable>map(it -> service.status(it, false))
            .toList();
    return new Outcome.Applied(Facts.NONE, now);
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Remains(List.of(remains + Service.target(context)));
  }
}
