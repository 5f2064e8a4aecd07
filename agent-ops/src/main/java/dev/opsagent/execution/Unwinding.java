package dev.opsagent.execution;

import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepResult.UndoResult;
import dev.opsagent.execution.TaskRecord.Doubt;
import dev.opsagent.execution.TaskRecord.Ending;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How tasks come to their ends: undoing in reverse order, doubt, and the end itself. */
final class Unwinding {
  private final Backoff backoff;
  private final PartitionSettings settings;

  Unwinding(Backoff backoff, PartitionSettings settings) {
    this.backoff = backoff;
    this.settings = settings;
  }

  Transition undoEnded(TaskRecord task, int index, UndoResult result, Instant now) {
    Change change = new Change(task, now, settings.wall());
    StepRecord step = task.steps().get(index);
    return switch (result) {
      case UndoResult.Ended(Undo undo) -> undoEnded(change, index, undo);
      case UndoResult.Deferred(Failure failure, Duration wait) -> {
        change.step(index, step.uncounted(true).undoing(), Optional.of(failure));
        yield change.then(new Command.Undo(index, wait));
      }
    };
  }

  private Transition undoEnded(Change change, int index, Undo result) {
    TaskRecord task = change.record();
    StepRecord step = task.steps().get(index);
    return switch (result) {
      case Undo.Undone(List<Deliverable> deliverables) -> {
        change.set(task.learned(Facts.NONE, deliverables));
        change.step(index, step.with(Outcome.UNDONE), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case Undo.Remains(List<String> remains, List<Deliverable> deliverables) -> {
        change.set(task.learned(Facts.NONE, deliverables).remains(remains));
        change.step(index, step.with(Outcome.REMAINS), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case Undo.UndoFailed(Failure failure) -> {
        if (failure.retryable() && step.attempts() < task.planned(index).attempts()) {
          change.step(index, step.undoing(), Optional.of(failure));
          yield change.then(new Command.Undo(index, backoff.before(step.attempts())));
        }
        change.step(index, step.with(Outcome.UNDO_FAILED), Optional.of(failure));
        yield doubt(change, index, true, failure);
      }
    };
  }

  /** The time for undoing is over. */
  Transition overdue(TaskRecord task, Instant now) {
    int index = stepWith(task, Outcome.UNDOING);
    Failure why =
        Failure.of(
            ReasonCode.DEADLINE_PASSED,
            "undo " + task.planned(index).description(),
            "it did not come to an end in " + settings.undoTimeout().toSeconds() + " s",
            "find out what stands");
    return undoEnded(new Change(task, now, settings.wall()), index, new Undo.UndoFailed(why));
  }

  /** A person has found out what became of an undo. */
  Transition resolve(Change change, Doubt doubt, TaskResolve order) {
    int index = doubt.step();
    StepRecord step = change.record().steps().get(index).afresh();
    change.set(undoing(change.record()));
    return switch (order.decision()) {
      case CONTINUE -> {
        change.step(index, step.undoing(), Optional.empty());
        yield change.then(new Command.Undo(index, Duration.ZERO));
      }
      case DONE -> {
        change.step(index, step.with(Outcome.DONE), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case UNDONE -> {
        change.step(index, step.with(Outcome.UNDONE), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case ABANDON -> throw new IllegalStateException("handled before");
    };
  }

  /** Begins to undo, for the failure unless the task was ending anyhow. */
  Transition undo(Change change, Failure failure, int from) {
    if (change.record().ending().isEmpty()) {
      change.set(change.record().ending(new Ending(TaskState.FAILED, failure)));
    }
    return undoFrom(change, from);
  }

  /** Undoes the steps from this one down that touched the world; the workspace is thrown away. */
  Transition undoFrom(Change change, int from) {
    change.set(undoing(change.record()));
    for (int i = from; i >= 0; i--) {
      StepRecord step = change.record().steps().get(i);
      if (step.touched() && !change.record().planned(i).effects().isEmpty()) {
        change.step(i, step.undoing(), Optional.empty());
        return change.then(new Command.Undo(i, Duration.ZERO));
      }
    }
    Ending ending = change.record().ending().orElseThrow();
    boolean rolledBack = ending.state() == TaskState.FAILED && takenBack(change.record());
    TaskState state = rolledBack ? TaskState.ROLLED_BACK : ending.state();
    return end(change, state, Optional.of(ending.failure()));
  }

  /** Whether effects stood and none was left standing. */
  private static boolean takenBack(TaskRecord task) {
    boolean stood = false;
    for (int i = 0; i < task.steps().size(); i++) {
      StepRecord step = task.steps().get(i);
      if (step.stood() && !task.planned(i).effects().isEmpty()) {
        boolean went = step.is(Outcome.REMAINS) && onlyForward(task.planned(i));
        if (step.is(Outcome.DONE) || went) {
          return false;
        }
        stood = true;
      }
    }
    return stood;
  }

  /** A restart, say, is over once it has happened: nothing of before comes back. */
  private static boolean onlyForward(PlannedStep step) {
    return step.effects().stream()
        .allMatch(effect ->
            switch (effect.kind()) {
              case ROLLBACK, RESTART, STOP -> true;
              case GIT_REFS,
                  PACKAGE_PUBLISH,
                  DEPLOYMENT,
                  SCALING,
                  RETIREMENT,
                  BROWSER,
                  IMAGE_BUILD,
                  IMAGE_PUSH ->
                  false;
            });
  }

  /** Undoing has a time of its own: the task's may be over. */
  private TaskRecord undoing(TaskRecord task) {
    return task.state() == TaskState.UNDOING
        ? task
        : task.with(TaskState.UNDOING).budget(settings.undoTimeout());
  }

  /** Hands the step to a person. */
  Transition doubt(Change change, int index, boolean undoing, Failure failure) {
    Instant now = change.now();
    Doubt doubt = new Doubt(index, undoing, failure, now, now.plus(settings.decisionTimeout()));
    StepRecord step = change.record().steps().get(index);
    TaskRecord next =
        change
            .record()
            .with(TaskState.AWAITING_DECISION)
            .waiting(Optional.of(doubt))
            .budget(settings.decisionTimeout());
    change.set(next);
    change.step(index, undoing ? step : step.with(Outcome.IN_DOUBT), Optional.of(failure));
    Reason reason = new Reason(code(undoing, failure), failure.sentence(), Optional.empty());
    change.state("awaiting-decision", "ops-agent", failure.sentence(), Optional.of(reason));
    return change.escalate(Escalations.decisionNeeded(change.record(), doubt)).then(Command.IDLE);
  }

  private static ReasonCode code(boolean undoing, Failure failure) {
    if (undoing) {
      return ReasonCode.UNDO_FAILED;
    }
    return failure.code() == ReasonCode.INCONCLUSIVE
        ? ReasonCode.INCONCLUSIVE
        : ReasonCode.EFFECT_IN_DOUBT;
  }

  /** Ends in doubt, and holds the target. */
  static Transition inDoubt(Change change, Failure failure, String how) {
    change.set(change.record().held(true).waiting(Optional.empty()));
    change.note("in-doubt", "ops-agent", how);
    return end(change, TaskState.IN_DOUBT, Optional.of(failure));
  }

  static Transition end(Change change, TaskState state, Optional<Failure> failure) {
    change.set(change.record().with(state));
    String summary = state + failure.map(f -> ": " + f.sentence()).orElse("");
    change.state("ended", "ops-agent", summary, failure.map(change::account));
    failure
        .flatMap(f -> Escalations.forEnd(change.record(), f, change.now()))
        .ifPresent(change::escalate);
    return change.then(Command.IDLE);
  }

  /** The step that has the outcome, which the caller knows to be there. */
  static int stepWith(TaskRecord task, Outcome outcome) {
    for (int i = 0; i < task.steps().size(); i++) {
      if (task.steps().get(i).is(outcome)) {
        return i;
      }
    }
    throw new IllegalStateException("task " + task.id() + " has no step " + outcome);
  }
}
