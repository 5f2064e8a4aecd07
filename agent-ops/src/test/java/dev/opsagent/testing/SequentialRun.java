package dev.opsagent.testing;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Carries a task out as the engine does, one step after the other, without its durability. */
public final class SequentialRun {
  private final Operation operation;
  private final TaskDispatch task;
  private final List<PlannedStep> started = new ArrayList<>();
  public final List<Deliverable> deliverables = new ArrayList<>();
  public final List<String> remains = new ArrayList<>();

  /** What the steps told while they ran. */
  public final List<String> lines = new CopyOnWriteArrayList<>();

  public Facts facts = Facts.NONE;

  public SequentialRun(Operation operation, TaskDispatch task) {
    this.operation = operation;
    this.task = task;
  }

  /** The same task with these requirements, not run yet. */
  public SequentialRun demanding(Requirements requirements) {
    return new SequentialRun(operation, task.with(requirements));
  }

  /** Looks everything up; the failure when the task cannot be planned. */
  public Optional<Failure> resolve() {
    Optional<Failure> refused = operation.refuse(task);
    if (refused.isPresent()) {
      return refused;
    }
    return switch (operation.resolve(task, context())) {
      case Resolution.Resolved(Facts observations) -> {
        facts = observations;
        yield Optional.empty();
      }
      case Resolution.Unresolved(Failure failure) -> Optional.of(failure);
    };
  }

  public List<PlannedStep> plan() {
    return operation.plan(task, facts).steps();
  }

  /** Runs the steps up to this one, which is not run; all of them when there is none such. */
  public Optional<Failure> runUntil(String end) {
    for (PlannedStep planned : plan()) {
      if (planned.name().equals(end)) {
        return Optional.empty();
      }
      Optional<Failure> failure = run(planned);
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  /** Resolves and runs; undoes everything after a failure. */
  public Optional<Failure> run() {
    Optional<Failure> failure = resolve().or(() -> runUntil(""));
    failure.ifPresent(_ -> undo());
    return failure;
  }

  public Optional<Failure> run(PlannedStep planned) {
    started.add(planned);
    Step step = operation.step(planned, task);
    boolean check = planned.effects().isEmpty() && !planned.workspace();
    if (check) {
      return learned(step.apply(context()));
    }
    Probe before = step.probe(context());
    if (!(before instanceof Probe.Missing)) {
      return learned(before, Optional.empty());
    }
    Outcome outcome = step.apply(context());
    Optional<Failure> failure =
        outcome instanceof Outcome.Failed(Failure failed) ? Optional.of(failed) : Optional.empty();
    Probe after = step.probe(context());
    if (after instanceof Probe.Satisfied && outcome instanceof Outcome.Applied applied) {
      facts = facts.with(applied.facts());
    }
    return learned(after, failure);
  }

  private Optional<Failure> learned(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied(Facts found, List<Deliverable> made) -> learned(found, made);
      case Outcome.Failed(Failure failure) -> Optional.of(failure);
      case Outcome.Inconclusive(Failure failure) -> Optional.of(failure);
    };
  }

  private Optional<Failure> learned(Probe probe, Optional<Failure> failure) {
    return switch (probe) {
      case Probe.Satisfied(Facts found, List<Deliverable> made) -> learned(found, made);
      case Probe.Missing() ->
          failure.or(() ->
              Optional.of(
                  Failure.of(
                      dev.opsagent.protocol.ReasonCode.INTERNAL, "probe", "nothing is there", "")));
      case Probe.Conflicting(Failure conflict) -> Optional.of(conflict);
      case Probe.Unknown(Failure unknown) -> Optional.of(unknown);
    };
  }

  private Optional<Failure> learned(Facts found, List<Deliverable> made) {
    facts = facts.with(found);
    deliverables.addAll(made);
    return Optional.empty();
  }

  public void undo() {
    for (PlannedStep planned : started.reversed()) {
      switch (operation.step(planned, task).undo(context())) {
        case Undo.Undone ignored -> {}
        case Undo.Remains(List<String> lines, List<Deliverable> _) -> remains.addAll(lines);
        case Undo.UndoFailed(Failure failure) ->
            throw new AssertionError(planned.name() + ": " + failure.sentence());
      }
    }
  }

  public StepContext context() {
    return new StepContext(
        task, facts, Optional.empty(), () -> {}, lines::add, java.time.Duration.ofMinutes(1));
  }

  public Step step(String name) {
    return operation.step(
        plan().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow(), task);
  }
}
