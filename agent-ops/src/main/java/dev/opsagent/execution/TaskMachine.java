package dev.opsagent.execution;

import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.TaskRecord.Doubt;
import dev.opsagent.execution.TaskRecord.Ending;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The life of a task as pure functions: record and event in, transition out. It reads no clock,
 * runs nothing and writes nothing, so that a restart, a simulation and a normal run share it.
 */
final class TaskMachine {
  private final Backoff backoff;
  private final PartitionSettings settings;

  TaskMachine(Backoff backoff, PartitionSettings settings) {
    this.backoff = backoff;
    this.settings = settings;
  }

  /** The time that a task has: its own requirement, else the default. */
  Duration budget(TaskDispatch order, Instant now) {
    Duration timeout = order.requirements().timeout().orElse(settings.taskTimeout());
    return order
        .requirements()
        .deadline()
        .map(at -> Duration.between(now, at))
        .filter(left -> left.compareTo(timeout) < 0)
        .orElse(timeout);
  }

  Transition accept(TaskRecord fresh, Instant now) {
    TaskDispatch task = fresh.dispatch();
    String summary = "accepted " + task.operation() + " on " + task.target();
    return new Change(fresh, now)
        .state("accepted", task.requestedBy(), summary, Optional.empty())
        .then(Command.IDLE);
  }

  /** The task's turn in its lane has come. */
  Transition start(TaskRecord task, Instant now) {
    return new Change(task.with(TaskState.RUNNING), now)
        .state("started", "ops-agent", "looks up what the plan needs", Optional.empty())
        .then(new Command.Resolve());
  }

  /** The task's turn has come on a target that an earlier task left in doubt. */
  Transition refuseHeld(TaskRecord task, String holder, Instant now) {
    Failure failure =
        Failure.of(
            ReasonCode.TARGET_HELD,
            "start on " + task.dispatch().target(),
            "task " + holder + " left it in doubt",
            "find out what stands, then: ops-agent resolve " + holder + " done|undone");
    return end(new Change(task, now), TaskState.REJECTED, Optional.of(failure));
  }

  Transition resolved(TaskRecord task, Resolution resolution, Optional<Plan> plan, Instant now) {
    Change change = new Change(task, now);
    if (task.ending().isPresent()) {
      return undoFrom(change, -1);
    }
    return switch (resolution) {
      case Resolution.Unresolved(Failure failure) ->
          end(change, TaskState.FAILED, Optional.of(failure));
      case Resolution.Resolved(Facts facts) -> planned(change, facts, plan.orElseThrow());
    };
  }

  private Transition planned(Change change, Facts facts, Plan plan) {
    change.set(change.record().planned(facts, plan)).planned(plan.steps().size() + " steps");
    if (change.record().dispatch().dryRun()) {
      return end(change, TaskState.SUCCEEDED, Optional.empty());
    }
    return advance(change, 0);
  }

  Transition stepEnded(TaskRecord task, int index, StepResult result, Instant now) {
    Change change = new Change(task, now);
    StepRecord step = task.steps().get(index);
    return switch (result) {
      case StepResult.Done done -> {
        change.set(task.learned(done.facts(), done.deliverables()));
        Outcome outcome = done.already() ? Outcome.ALREADY_DONE : Outcome.DONE;
        change.step(index, step.with(outcome), Optional.empty());
        yield task.ending().isPresent() ? undoFrom(change, index) : advance(change, index + 1);
      }
      case StepResult.NotDone(Failure failure) -> {
        if (task.ending().isPresent()) {
          change.step(index, step.with(Outcome.FAILED), Optional.of(failure));
          yield undoFrom(change, index);
        }
        yield failure.retryable() && step.attempts() < task.planned(index).attempts()
            ? retry(change, index, failure)
            : failed(change, index, failure, index);
      }
      case StepResult.Conflict(Failure failure) -> failed(change, index, failure, index - 1);
      case StepResult.InDoubt(Failure failure) ->
          task.ending().isEmpty() && step.attempts() < task.planned(index).attempts()
              ? retry(change, index, failure)
              : doubt(change, index, false, failure);
    };
  }

  Transition undoEnded(TaskRecord task, int index, Undo result, Instant now) {
    Change change = new Change(task, now);
    StepRecord step = task.steps().get(index);
    return switch (result) {
      case Undo.Undone() -> {
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

  /** Somebody wants the task to end. */
  Transition cancel(TaskRecord task, TaskCancel order, Instant now) {
    Failure why =
        Failure.of(ReasonCode.CANCELLED, "go on", "cancelled by " + order.by(), order.reason());
    return stop(task, new Ending(TaskState.CANCELLED, why), order.by(), now);
  }

  /** The time for the present state is over. */
  Transition deadline(TaskRecord task, Instant now) {
    if (task.state() == TaskState.AWAITING_DECISION) {
      Failure why = task.waiting().orElseThrow().failure();
      return inDoubt(new Change(task, now), why, "nobody decided in time");
    }
    Failure why =
        Failure.of(
            ReasonCode.DEADLINE_PASSED,
            "end in time",
            "the deadline passed",
            "dispatch it again under a new id, with more time");
    return stop(task, new Ending(TaskState.EXPIRED, why), "ops-agent", now);
  }

  private Transition stop(TaskRecord task, Ending ending, String actor, Instant now) {
    Change change = new Change(task, now);
    return switch (task.state()) {
      case ACCEPTED, AWAITING_EVIDENCE, AWAITING_APPROVAL ->
          end(change, ending.state(), Optional.of(ending.failure()));
      case RUNNING -> {
        if (task.ending().isPresent()) {
          yield change.note("ignored", actor, "is ending already").then(Command.IDLE);
        }
        change.set(task.ending(ending));
        String summary = "asked to end: " + ending.failure().cause();
        yield change
            .state("stopping", actor, summary, Optional.of(Change.reason(ending.failure())))
            .then(new Command.Interrupt());
      }
      case AWAITING_DECISION ->
          change
              .note("ignored", actor, "waits for a decision; resolve it instead")
              .then(Command.IDLE);
      case UNDOING, SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED, EXPIRED, REJECTED, IN_DOUBT ->
          change.note("ignored", actor, "came too late: " + task.state()).then(Command.IDLE);
    };
  }

  /** A person has found out what nobody knew. */
  Transition resolve(TaskRecord task, TaskResolve order, Instant now) {
    Change change = new Change(task, now);
    String words = order.decision().name().toLowerCase(java.util.Locale.ROOT);
    change.note("resolved", order.by(), words + ": " + order.reason());
    if (task.held() && order.decision() != TaskResolve.Decision.ABANDON) {
      change.set(task.held(false));
      return change
          .state("released", order.by(), "the target is free again", Optional.empty())
          .then(Command.IDLE);
    }
    if (task.state() != TaskState.AWAITING_DECISION) {
      return change.note("ignored", order.by(), "nothing to decide").then(Command.IDLE);
    }
    Doubt doubt = task.waiting().orElseThrow();
    change.set(task.waiting(Optional.empty()).budget(settings.taskTimeout()));
    if (order.decision() == TaskResolve.Decision.ABANDON) {
      return inDoubt(change, doubt.failure(), "abandoned by " + order.by());
    }
    return doubt.undoing() ? resolveUndo(change, doubt, order) : resolveRun(change, doubt, order);
  }

  private Transition resolveRun(Change change, Doubt doubt, TaskResolve order) {
    int index = doubt.step();
    StepRecord step = change.record().steps().get(index);
    return switch (order.decision()) {
      case CONTINUE -> {
        change.set(change.record().with(TaskState.RUNNING).step(index, step.afresh()));
        yield begin(change, index, Duration.ZERO);
      }
      case DONE -> {
        change.set(change.record().with(TaskState.RUNNING));
        change.step(index, step.with(Outcome.DONE), Optional.empty());
        yield change.record().ending().isPresent()
            ? undoFrom(change, index)
            : advance(change, index + 1);
      }
      case UNDONE -> {
        change.step(index, step.with(Outcome.UNDONE), Optional.empty());
        yield undo(change, doubt.failure(), index - 1);
      }
      case ABANDON -> throw new IllegalStateException("handled before");
    };
  }

  private Transition resolveUndo(Change change, Doubt doubt, TaskResolve order) {
    int index = doubt.step();
    StepRecord step = change.record().steps().get(index).afresh();
    change.set(change.record().with(TaskState.UNDOING));
    return switch (order.decision()) {
      case CONTINUE -> {
        change.step(index, step.undoing(), Optional.empty());
        yield change.then(new Command.Undo(index, Duration.ZERO));
      }
      case DONE -> {
        String stands = change.record().planned(index).description() + " still stands";
        change.set(change.record().remains(List.of(stands)));
        change.step(index, step.with(Outcome.REMAINS), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case UNDONE -> {
        change.step(index, step.with(Outcome.UNDONE), Optional.empty());
        yield undoFrom(change, index - 1);
      }
      case ABANDON -> throw new IllegalStateException("handled before");
    };
  }

  /** What to do for a task that was found in the ledger: the same as before the crash. */
  Command resume(TaskRecord task) {
    return switch (task.state()) {
      case RUNNING -> task.plan().isEmpty() ? new Command.Resolve() : resumeSteps(task);
      case UNDOING -> new Command.Undo(stepWith(task, Outcome.UNDOING), Duration.ZERO);
      case ACCEPTED, AWAITING_EVIDENCE, AWAITING_APPROVAL, AWAITING_DECISION -> Command.IDLE;
      case SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED, EXPIRED, REJECTED, IN_DOUBT -> Command.IDLE;
    };
  }

  private static Command resumeSteps(TaskRecord task) {
    return new Command.Run(stepWith(task, Outcome.STARTED), Duration.ZERO);
  }

  private static int stepWith(TaskRecord task, Outcome outcome) {
    for (int i = 0; i < task.steps().size(); i++) {
      if (task.steps().get(i).is(outcome)) {
        return i;
      }
    }
    throw new IllegalStateException("task " + task.id() + " has no step " + outcome);
  }

  private Transition advance(Change change, int index) {
    return index < change.record().steps().size()
        ? begin(change, index, Duration.ZERO)
        : end(change, TaskState.SUCCEEDED, Optional.empty());
  }

  private Transition begin(Change change, int index, Duration delay) {
    StepRecord step = change.record().steps().get(index);
    change.step(index, step.started(change.now()), Optional.empty());
    return change.then(new Command.Run(index, delay));
  }

  private Transition retry(Change change, int index, Failure failure) {
    StepRecord step = change.record().steps().get(index);
    change.step(index, step.with(Outcome.RETRYING), Optional.of(failure));
    return begin(change, index, backoff.before(step.attempts()));
  }

  private Transition failed(Change change, int index, Failure failure, int undoFrom) {
    StepRecord step = change.record().steps().get(index);
    change.step(index, step.with(Outcome.FAILED), Optional.of(failure));
    return undo(change, failure, undoFrom);
  }

  private Transition undo(Change change, Failure failure, int from) {
    if (change.record().ending().isEmpty()) {
      change.set(change.record().ending(new Ending(TaskState.FAILED, failure)));
    }
    return undoFrom(change, from);
  }

  /** Undoes the steps from this one down that touched the world; the workspace is thrown away. */
  private Transition undoFrom(Change change, int from) {
    change.set(change.record().with(TaskState.UNDOING));
    for (int i = from; i >= 0; i--) {
      StepRecord step = change.record().steps().get(i);
      if (step.touched() && !change.record().planned(i).effects().isEmpty()) {
        change.step(i, step.undoing(), Optional.empty());
        return change.then(new Command.Undo(i, Duration.ZERO));
      }
    }
    Ending ending = change.record().ending().orElseThrow();
    boolean stood = false;
    for (int i = 0; i < change.record().steps().size(); i++) {
      stood |=
          change.record().steps().get(i).stood() && !change.record().planned(i).effects().isEmpty();
    }
    boolean rolledBack = stood && ending.state() == TaskState.FAILED;
    TaskState state = rolledBack ? TaskState.ROLLED_BACK : ending.state();
    return end(change, state, Optional.of(ending.failure()));
  }

  private Transition doubt(Change change, int index, boolean undoing, Failure failure) {
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
    ReasonCode code = undoing ? ReasonCode.UNDO_FAILED : ReasonCode.EFFECT_IN_DOUBT;
    Reason reason = new Reason(code, failure.sentence(), Optional.empty());
    change.state("awaiting-decision", "ops-agent", failure.sentence(), Optional.of(reason));
    return change.escalate(Escalations.decisionNeeded(change.record(), doubt)).then(Command.IDLE);
  }

  private static Transition inDoubt(Change change, Failure failure, String how) {
    change.set(change.record().held(true).waiting(Optional.empty()));
    change.note("in-doubt", "ops-agent", how);
    return end(change, TaskState.IN_DOUBT, Optional.of(failure));
  }

  private static Transition end(Change change, TaskState state, Optional<Failure> failure) {
    change.set(change.record().with(state));
    String summary = state + failure.map(f -> ": " + f.sentence()).orElse("");
    change.state("ended", "ops-agent", summary, failure.map(Change::reason));
    failure
        .flatMap(f -> Escalations.forEnd(change.record(), f, change.now()))
        .ifPresent(change::escalate);
    return change.then(Command.IDLE);
  }

  /** The report of an order that never became a task. */
  static StatusReport refusal(TaskDispatch task, Reason reason, Instant now) {
    return new StatusReport(
        task.taskId(),
        task.operation(),
        task.target(),
        TaskState.REJECTED,
        1,
        Optional.empty(),
        Optional.of(reason),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        now);
  }
}
