package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The steps of one name of several services of a stack, as one: done once all are, and in doubt
 * when one is. Its parts run side by side.
 *
 * @param parts those that the facts ask for
 */
record JointStep(Optional<Peer> peer, Function<StepContext, List<Part>> parts, Abreast abreast)
    implements Step {
  /**
   * The step of one service.
   *
   * @param context what the service's step knows, as if it were alone
   */
  record Part(String service, PlannedStep planned, Step step, StepContext context) {
    /** A check's probe says nothing of whether it would pass now. */
    private boolean isCheck() {
      return planned.effects().isEmpty() && !planned.workspace();
    }

    private Optional<String> replaced() {
      return Sight.of(context.facts()).running().map(Before::version);
    }

    private Stream<Deliverable> told(List<Deliverable> deliverables) {
      return deliverables.stream()
          .map(it -> it instanceof DeploymentStatus status ? status.of(service, replaced()) : it);
    }

    /** Does what is still missing. */
    private Outcome apply() {
      if (isCheck()) {
        return step.apply(context);
      }
      return switch (step.probe(context)) {
        case Probe.Satisfied(Facts facts, List<Deliverable> all) -> new Outcome.Applied(facts, all);
        case Probe.Missing() -> step.apply(context);
        case Probe.Conflicting(Failure failure) -> new Outcome.Failed(failure);
        case Probe.Unknown(Failure failure) -> new Outcome.Failed(failure);
      };
    }
  }

  @Override
  public Probe probe(StepContext context) {
    List<Part> all = parts.apply(context);
    List<Failure> unknown = new ArrayList<>();
    List<Failure> conflicts = new ArrayList<>();
    List<Deliverable> deliverables = new ArrayList<>();
    Facts facts = Facts.NONE;
    boolean missing = false;
    List<Probe> found = abreast.each(all, part -> part.step().probe(part.context()));
    for (int i = 0; i < all.size(); i++) {
      Part part = all.get(i);
      switch (found.get(i)) {
        case Probe.Satisfied(Facts more, List<Deliverable> produced) -> {
          facts = facts.with(more.under(part.service()));
          part.told(produced).forEach(deliverables::add);
        }
        case Probe.Missing() -> missing = true;
        case Probe.Conflicting(Failure failure) -> conflicts.add(failure);
        case Probe.Unknown(Failure failure) -> unknown.add(failure);
      }
    }
    if (!unknown.isEmpty()) {
      return new Probe.Unknown(joined(unknown));
    }
    if (!conflicts.isEmpty()) {
      return new Probe.Conflicting(joined(conflicts));
    }
    return missing ? new Probe.Missing() : new Probe.Satisfied(facts, deliverables);
  }

  @Override
  public Outcome apply(StepContext context) {
    List<Part> all = parts.apply(context);
    List<Failure> failures = new ArrayList<>();
    List<Failure> inconclusive = new ArrayList<>();
    List<Deliverable> deliverables = new ArrayList<>();
    Facts facts = Facts.NONE;
    List<Outcome> came = abreast.each(all, Part::apply);
    for (int i = 0; i < all.size(); i++) {
      Part part = all.get(i);
      switch (came.get(i)) {
        case Outcome.Applied(Facts more, List<Deliverable> produced) -> {
          facts = facts.with(more.under(part.service()));
          part.told(produced).forEach(deliverables::add);
        }
        case Outcome.Failed(Failure failure) -> failures.add(failure);
        case Outcome.Inconclusive(Failure failure) -> inconclusive.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      return new Outcome.Failed(joined(failures));
    }
    return inconclusive.isEmpty()
        ? new Outcome.Applied(facts, deliverables)
        : new Outcome.Inconclusive(joined(inconclusive));
  }

  @Override
  public Undo undo(StepContext context) {
    List<Part> all = parts.apply(context);
    List<Failure> failures = new ArrayList<>();
    List<String> remains = new ArrayList<>();
    List<Deliverable> deliverables = new ArrayList<>();
    List<Undo> came = abreast.each(all, part -> part.step().undo(part.context()));
    for (int i = 0; i < all.size(); i++) {
      Part part = all.get(i);
      switch (came.get(i)) {
        case Undo.Undone(List<Deliverable> measured) ->
            part.told(measured).forEach(deliverables::add);
        case Undo.Remains(List<String> lines, List<Deliverable> left) -> {
          remains.addAll(lines);
          part.told(left).forEach(deliverables::add);
        }
        case Undo.UndoFailed(Failure failure) -> failures.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      return new Undo.UndoFailed(joined(failures));
    }
    return remains.isEmpty()
        ? new Undo.Undone(deliverables)
        : new Undo.Remains(remains, deliverables);
  }

  /** One failure for all of them; it is passing when each is. */
  private static Failure joined(List<Failure> failures) {
    Failure first = failures.getFirst();
    StringBuilder cause = new StringBuilder(first.cause());
    failures.stream()
        .skip(1)
        .forEach(it -> cause.append("; could not %s: %s".formatted(it.action(), it.cause())));
    return new Failure(
        first.code(),
        first.action(),
        cause.toString(),
        first.fix(),
        failures.stream().allMatch(Failure::retryable));
  }
}
