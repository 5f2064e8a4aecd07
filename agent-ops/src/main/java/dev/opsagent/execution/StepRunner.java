package dev.opsagent.execution;

import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext.LeaseLost;
import dev.opsagent.execution.StepResult.UndoResult;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one attempt of a step or of its undo, on the calling thread: probe, act, probe again. What
 * nobody knows stays unknown. Exceptions are bugs or broken pipes: the effect is then in doubt,
 * unless a probe can tell.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);
  private final Timers timers;
  private final GuardedRun<StepResult> guarded;
  private final GuardedRun<UndoResult> guardedUndo;

  StepRunner(Timers timers, Guards guards) {
    this.timers = timers;
    this.guarded = new GuardedRun<>(guards, StepRunner::failure, StepResult.Deferred::new);
    this.guardedUndo =
        new GuardedRun<>(
            guards,
            StepRunner::undoFailure,
            (failure, pause, _) -> new UndoResult.Deferred(failure, pause));
  }

  private static Optional<Failure> failure(StepResult result) {
    return switch (result) {
      case StepResult.Done _ -> Optional.empty();
      case StepResult.NotDone(Failure failure) -> Optional.of(failure);
      case StepResult.Conflict(Failure failure) -> Optional.of(failure);
      case StepResult.InDoubt(Failure failure) -> Optional.of(failure);
      case StepResult.Inconclusive(Failure failure) -> Optional.of(failure);
      case StepResult.Deferred(Failure failure, _, _) -> Optional.of(failure);
    };
  }

  private static Optional<Failure> undoFailure(UndoResult result) {
    return result instanceof UndoResult.Ended(Undo.UndoFailed(Failure failure))
        ? Optional.of(failure)
        : Optional.empty();
  }

  /**
   * @throws LeaseLost when the worker must not act any more
   */
  StepResult run(PlannedStep planned, Step step, StepContext context, BooleanSupplier stopped) {
    return guarded.run(
        step.peer(), planned.description(), () -> attempt(planned, step, context, stopped));
  }

  /** Looks at a step of which a person says that it is done. Nothing is done, whatever is found. */
  StepResult look(PlannedStep planned, Step step, StepContext context) {
    return probe(planned, step, context)
            instanceof Probe.Satisfied(Facts facts, List<Deliverable> deliverables)
        ? new StepResult.Done(facts, deliverables, true)
        : new StepResult.Done(Facts.NONE, List.of(), true);
  }

  /**
   * Looks at a step that cannot be gone on with after a restart: its effect may stand from before.
   */
  StepResult lookInstead(PlannedStep planned, Step step, StepContext context, Failure broken) {
    if (planned.effects().isEmpty()) {
      return new StepResult.NotDone(broken);
    }
    return switch (probe(planned, step, context)) {
      case Probe.Satisfied(Facts facts, List<Deliverable> deliverables) ->
          new StepResult.Done(facts, deliverables, true);
      case Probe.Missing() -> new StepResult.NotDone(broken);
      case Probe.Conflicting _ -> new StepResult.NotDone(broken);
      case Probe.Unknown(Failure failure) -> new StepResult.InDoubt(failure);
    };
  }

  private StepResult attempt(
      PlannedStep planned, Step step, StepContext context, BooleanSupplier stopped) {
    if (planned.effects().isEmpty() && !planned.workspace()) {
      return stopped.getAsBoolean()
          ? new StepResult.NotDone(cut(planned))
          : check(planned, step, context);
    }
    Probe before = probe(planned, step, context);
    return switch (before) {
      case Probe.Satisfied(Facts facts, List<Deliverable> deliverables) ->
          new StepResult.Done(facts, deliverables, true);
      case Probe.Conflicting(Failure failure) -> new StepResult.Conflict(failure);
      case Probe.Unknown(Failure failure) -> new StepResult.InDoubt(failure);
      case Probe.Missing() ->
          stopped.getAsBoolean()
              ? new StepResult.NotDone(cut(planned))
              : act(planned, step, context);
    };
  }

  Resolution resolve(Operation operation, TaskDispatch order, StepContext context) {
    String action = "look up what the plan of " + order.operation() + " needs";
    return limited(
        context.timeout(),
        () -> operation.resolve(order, context),
        bug -> new Resolution.Unresolved(bug == null ? cut(action) : broken(action, bug)));
  }

  /** What stands in the way of going on after a restart; empty when nothing does. */
  Optional<Failure> rebuild(Rebuild rebuild, int step, StepContext context) {
    String action = "make the workspace good again after a restart";
    return limited(
        context.timeout(),
        () -> rebuild.before(step),
        bug -> Optional.of(bug == null ? cut(action) : broken(action, bug)));
  }

  UndoResult undo(PlannedStep planned, Step step, StepContext context) {
    return guardedUndo.run(
        step.peer(),
        "undo: " + planned.description(),
        () -> new UndoResult.Ended(undoOnce(planned, step, context)));
  }

  private Undo undoOnce(PlannedStep planned, Step step, StepContext context) {
    Failure cut = cut(planned);
    return limited(
        context.timeout(),
        () -> {
          context.fence().check();
          return step.undo(context);
        },
        bug -> new Undo.UndoFailed(bug == null ? cut : broken(planned, bug)));
  }

  private StepResult check(PlannedStep planned, Step step, StepContext context) {
    return switch (apply(planned, step, context)) {
      case Outcome.Applied(Facts facts, List<Deliverable> deliverables) ->
          new StepResult.Done(facts, deliverables, false);
      case Outcome.Failed(Failure failure) -> new StepResult.NotDone(failure);
      case Outcome.Inconclusive(Failure failure) -> new StepResult.Inconclusive(failure);
    };
  }

  private StepResult act(PlannedStep planned, Step step, StepContext context) {
    context.fence().check();
    Outcome outcome = apply(planned, step, context);
    Probe after = probe(planned, step, context);
    return switch (after) {
      case Probe.Satisfied(Facts facts, List<Deliverable> deliverables) ->
          new StepResult.Done(factsOf(outcome).with(facts), deliverables, false);
      case Probe.Conflicting(Failure failure) -> new StepResult.Conflict(failure);
      case Probe.Unknown(Failure failure) -> new StepResult.InDoubt(failure);
      case Probe.Missing() -> new StepResult.NotDone(notThere(planned, outcome));
    };
  }

  private static Facts factsOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied applied -> applied.facts();
      case Outcome.Failed _, Outcome.Inconclusive _ -> Facts.NONE;
    };
  }

  private static Failure notThere(PlannedStep planned, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(Failure failure) -> failure;
      case Outcome.Inconclusive(Failure failure) -> failure;
      case Outcome.Applied _ ->
          Failure.passing(
              ReasonCode.TOOL_FAILED,
              planned.description(),
              "the tool reported success, but nothing is there",
              "");
    };
  }

  private Outcome apply(PlannedStep planned, Step step, StepContext context) {
    Failure cut = cut(planned);
    return limited(
        context.timeout(),
        () -> step.apply(context),
        bug -> new Outcome.Failed(bug == null ? cut : broken(planned, bug)));
  }

  private Probe probe(PlannedStep planned, Step step, StepContext context) {
    Failure cut = cut(planned);
    return limited(
        context.timeout(),
        () -> step.probe(context),
        bug -> new Probe.Unknown(bug == null ? cut : broken(planned, bug)));
  }

  private interface Recovery<T> {
    T from(@org.jspecify.annotations.Nullable RuntimeException bug);
  }

  /** Interrupts the calling thread when the time is over; leaves no interrupt behind. */
  private <T> T limited(Duration timeout, Supplier<T> body, Recovery<T> recovery) {
    Thread caller = Thread.currentThread();
    Timers.Scheduled alarm = timers.schedule(timeout, caller::interrupt);
    try {
      return body.get();
    } catch (LeaseLost lost) {
      throw lost;
    } catch (RuntimeException bug) {
      return recovery.from(Thread.currentThread().isInterrupted() ? null : bug);
    } finally {
      alarm.cancel();
      Thread.interrupted();
    }
  }

  private static Failure cut(PlannedStep planned) {
    return cut(planned.description());
  }

  private static Failure cut(String action) {
    return Failure.passing(ReasonCode.TIMEOUT, action, "it was cut off, or took too long", "");
  }

  private static Failure broken(PlannedStep planned, RuntimeException bug) {
    return broken(planned.description(), bug);
  }

  private static Failure broken(String action, RuntimeException bug) {
    LOG.error("{} broke", action, bug);
    return Failure.of(
        ReasonCode.INTERNAL,
        action,
        bug.getClass().getSimpleName() + " inside the step",
        "look for it in the worker's log");
  }
}
