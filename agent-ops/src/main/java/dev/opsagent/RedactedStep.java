package dev.opsagent;

import dev.opsagent.execution.Guards;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import java.util.List;
import java.util.Optional;

/** A step of which nothing is told that is a secret. */
record RedactedStep(Step step, Redacted redacted) implements Step {
  @Override
  public Optional<Guards.Peer> peer() {
    return step.peer();
  }

  @Override
  public Probe probe(StepContext context) {
    return switch (step.probe(redacted.quiet(context))) {
      case Probe.Satisfied(Facts facts, List<Deliverable> deliverables) ->
          new Probe.Satisfied(redacted.shown(facts), redacted.shown(deliverables));
      case Probe.Missing missing -> missing;
      case Probe.Conflicting(Failure failure) -> new Probe.Conflicting(redacted.shown(failure));
      case Probe.Unknown(Failure failure) -> new Probe.Unknown(redacted.shown(failure));
    };
  }

  @Override
  public Outcome apply(StepContext context) {
    return switch (step.apply(redacted.quiet(context))) {
      case Outcome.Applied(Facts facts, List<Deliverable> deliverables) ->
          new Outcome.Applied(redacted.shown(facts), redacted.shown(deliverables));
      case Outcome.Failed(Failure failure) -> new Outcome.Failed(redacted.shown(failure));
      case Outcome.Inconclusive(Failure failure) ->
          new Outcome.Inconclusive(redacted.shown(failure));
    };
  }

  @Override
  public Undo undo(StepContext context) {
    return switch (step.undo(redacted.quiet(context))) {
      case Undo.Undone(List<Deliverable> deliverables) ->
          new Undo.Undone(redacted.shown(deliverables));
      case Undo.Remains(List<String> remains, List<Deliverable> deliverables) ->
          new Undo.Remains(
              remains.stream().map(redacted::text).toList(), redacted.shown(deliverables));
      case Undo.UndoFailed(Failure failure) -> new Undo.UndoFailed(redacted.shown(failure));
    };
  }
}
