package dev.opsagent.execution;

import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.StepResult.UndoResult;
import dev.opsagent.execution.TaskRecord.Doubt;
import dev.opsagent.execution.TaskRecord.Ending;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.Prewritten;
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
  private final Unwinding unwinding;
  private final Gatekeeping gates;

  TaskMachine(Backoff backoff, PartitionSettings settings, Gatekeeping gates) {
    this.backoff = backoff;
    this.settings = settings;
    this.unwinding = new Unwinding(backoff, settings);
    this.gates = gates;
  }

  private Change change(TaskRecord task, Instant now) {
    return new Change(task, now, settings.wall());
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

  Transition accept(TaskRecord fresh, Intent intent, Instant now) {
    TaskDispatch task = fresh.dispatch();
    String summary = "accepted " + task.operation() + " on " + task.target();
    return change(fresh, now)
        .state("accepted", task.requestedBy(), summary + intent.trace(), intent.remark())
        .then(Command.IDLE);
  }

  /** The task's turn in its lane has come. */
  Transition start(TaskRecord task, Instant now) {
    return change(task.with(TaskState.RUNNING).early(Optional.empty()), now)
        .state("started", "ops-agent", "looks up what the plan needs", Optional.empty())
        .then(new Command.Resolve(Duration.ZERO));
  }

  /** The task's turn has come on a target that an earlier task left in doubt. */
  Transition refuseHeld(TaskRecord task, String holder, Instant now) {
    Failure failure =
        Failure.of(
            ReasonCode.TARGET_HELD,
            "start on " + task.dispatch().target(),
            "task " + holder + " left it in doubt",
            "find out what stands, then: ops-agent resolve " + holder + " done|undone");
    return Unwinding.end(change(task, now), TaskState.REJECTED, Optional.of(failure));
  }

  /**
   * A plan, and what it is bound to.
   *
   * @param policy digest of the gate policy of which its own digest tells
   */
  record UnderPolicy(Prewritten<Plan> plan, String policy) {}

  Transition resolved(
      TaskRecord task, Resolution resolution, Optional<UnderPolicy> plan, Instant now) {
    Change change = change(task, now);
    if (task.ending().isPresent()) {
      return unwinding.undoFrom(change, -1);
    }
    return switch (resolution) {
      case Resolution.Unresolved(Failure failure) ->
          failure.retryable() && task.lookups() < settings.lookups()
              ? lookUpAgain(change, failure)
              : Unwinding.end(change, refusedAs(failure), Optional.of(failure));
      case Resolution.Resolved(Facts facts) -> planned(change, facts, plan.orElseThrow());
    };
  }

  /** What is somebody else's was never a task of ours. */
  private static TaskState refusedAs(Failure failure) {
    return failure.code() == ReasonCode.NOT_MINE ? TaskState.REJECTED : TaskState.FAILED;
  }

  private Transition lookUpAgain(Change change, Failure failure) {
    change.set(change.record().lookedUp());
    change.state("retrying", "ops-agent", failure.sentence(), Optional.of(Change.reason(failure)));
    return change.then(new Command.Resolve(backoff.before(change.record().lookups())));
  }

  private Transition planned(Change change, Facts facts, UnderPolicy plan) {
    String summary = plan.plan().value().steps().size() + " steps";
    TaskRecord made = change.record().planned(facts, plan.plan());
    Optional<GateReport> judged = gates.judge(made, change.now());
    if (judged.filter(it -> !it.policy().equals(plan.policy())).isPresent()) {
      return Gatekeeping.planAnew(change);
    }
    change.set(Gatekeeping.noted(made, judged)).planned(summary);
    if (change.record().dispatch().dryRun()) {
      return succeed(change);
    }
    if (judged.filter(it -> !it.opens()).isPresent()) {
      return gates.park(change);
    }
    Optional<Gate.Early> early = gates.early(change.record(), change.now());
    if (early.isPresent()) {
      return gates.standBack(change.record().replan(), early.get(), change);
    }
    deliver(change, RulesKept.atBeginning(change.record(), judged, change.now()));
    judged.ifPresent(_ -> Gatekeeping.open(change));
    return advance(change, 0);
  }

  /** Evidence or the gate policy has changed; empty when that changes nothing for the task. */
  Optional<Transition> gatesChanged(TaskRecord task, boolean head, Instant now) {
    if (task.state().waitsAtGate()) {
      return head ? gates.look(task, now) : Optional.empty();
    }
    boolean runs = task.state() == TaskState.RUNNING && task.plan().isPresent();
    return runs ? gatesChangedUnder(task, now) : Optional.empty();
  }

  /** What runs already is stopped as long as it has had no effect. */
  private Optional<Transition> gatesChangedUnder(TaskRecord task, Instant now) {
    if (task.ending().isPresent()) {
      return Optional.empty();
    }
    if (task.hasBegunEffects()) {
      return gates.late(task, now);
    }
    Change change = change(task, now);
    return gates
        .shut(change)
        .map(why -> stop(change, new Ending(TaskState.FAILED, why), "ops-agent"));
  }

  Transition stepEnded(TaskRecord task, int index, StepResult result, Instant now) {
    Change change = change(task, now);
    StepRecord step = task.steps().get(index);
    return switch (result) {
      case StepResult.Done done -> {
        change.set(task.learned(done.facts(), done.deliverables()));
        Outcome outcome = done.already() ? Outcome.ALREADY_DONE : Outcome.DONE;
        change.step(index, step.with(outcome), Optional.empty(), done.facts());
        change.learn(done.deliverables());
        yield task.ending().isPresent()
            ? unwinding.undoFrom(change, index)
            : advance(change, index + 1);
      }
      case StepResult.NotDone(Failure failure) -> {
        if (task.ending().isPresent()) {
          change.step(index, step.with(Outcome.FAILED), Optional.of(failure));
          yield unwinding.undoFrom(change, index);
        }
        yield failure.retryable() && step.attempts() < task.planned(index).attempts()
            ? retry(change, index, failure)
            : failed(change, index, failure, index);
      }
      case StepResult.Conflict(Failure failure) -> failed(change, index, failure, index - 1);
      case StepResult.Deferred(Failure failure, Duration wait, boolean tried) -> {
        if (task.ending().isPresent()) {
          change.step(index, step.with(Outcome.FAILED), Optional.of(failure));
          yield unwinding.undoFrom(change, index);
        }
        StepRecord again = step.uncounted(tried).with(Outcome.RETRYING);
        change.step(index, again, Optional.of(failure));
        yield shut(change, index).orElseGet(() -> begin(change, index, wait));
      }
      case StepResult.InDoubt(Failure failure) -> {
        change.set(task.step(index, step.acted()));
        yield task.ending().isEmpty() && step.attempts() < task.planned(index).attempts()
            ? retry(change, index, failure)
            : unwinding.doubt(change, index, false, failure);
      }
      case StepResult.Inconclusive(Failure failure) -> {
        if (task.ending().isPresent()) {
          change.step(index, step.with(Outcome.FAILED), Optional.of(failure));
          yield unwinding.undoFrom(change, index);
        }
        yield unwinding.doubt(change, index, false, failure);
      }
    };
  }

  Transition undoEnded(TaskRecord task, int index, UndoResult result, Instant now) {
    return unwinding.undoEnded(task, index, result, now);
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
      return Unwinding.inDoubt(change(task, now), why, "nobody decided in time");
    }
    if (task.state() == TaskState.UNDOING) {
      return unwinding.overdue(task, now);
    }
    Failure why =
        Failure.of(
            ReasonCode.DEADLINE_PASSED,
            "end in time",
            "the deadline passed" + waitedFor(task),
            "dispatch it again under a new id, with more time");
    return stop(task, new Ending(TaskState.EXPIRED, why), "ops-agent", now);
  }

  private static String waitedFor(TaskRecord task) {
    return task.state().waitsAtGate()
        ? task.gating().map(it -> "; missing: " + Gatekeeping.missing(it.report())).orElse("")
        : "";
  }

  private Transition stop(TaskRecord task, Ending ending, String actor, Instant now) {
    return stop(change(task, now), ending, actor);
  }

  private static Transition stop(Change change, Ending ending, String actor) {
    TaskRecord task = change.record();
    return switch (task.state()) {
      case ACCEPTED, AWAITING_EVIDENCE, AWAITING_APPROVAL ->
          Unwinding.end(change, ending.state(), Optional.of(ending.failure()));
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
    Change change = change(task, now);
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
      return Unwinding.inDoubt(change, doubt.failure(), "abandoned by " + order.by());
    }
    return doubt.undoing()
        ? unwinding.resolve(change, doubt, order)
        : resolveRun(change, doubt, order);
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
        change.set(change.record().with(TaskState.RUNNING).step(index, step.toldDone()));
        yield begin(change, index, Duration.ZERO);
      }
      case UNDONE -> {
        change.step(index, step.with(Outcome.UNDONE), Optional.empty());
        yield unwinding.undo(change, doubt.failure(), index - 1);
      }
      case ABANDON -> throw new IllegalStateException("handled before");
    };
  }

  /** What to do for a task that was found in the ledger: the same as before the crash. */
  Command resume(TaskRecord task) {
    return switch (task.state()) {
      case RUNNING ->
          task.plan().isEmpty() ? new Command.Resolve(Duration.ZERO) : resumeSteps(task);
      case UNDOING -> new Command.Undo(Unwinding.stepWith(task, Outcome.UNDOING), Duration.ZERO);
      case ACCEPTED, AWAITING_EVIDENCE, AWAITING_APPROVAL, AWAITING_DECISION -> Command.IDLE;
      case SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED, EXPIRED, REJECTED, IN_DOUBT -> Command.IDLE;
    };
  }

  private static Command resumeSteps(TaskRecord task) {
    return new Command.Run(Unwinding.stepWith(task, Outcome.STARTED), Duration.ZERO);
  }

  private static Transition succeed(Change change) {
    deliver(change, RulesKept.atEnd(change.record(), change.now()));
    return Unwinding.end(change, TaskState.SUCCEEDED, Optional.empty());
  }

  private static void deliver(Change change, List<Deliverable> results) {
    if (!results.isEmpty()) {
      change.set(change.record().learned(Facts.NONE, results));
    }
  }

  private Transition advance(Change change, int index) {
    if (index == change.record().steps().size()) {
      return succeed(change);
    }
    return shut(change, index).orElseGet(() -> begin(change, index, Duration.ZERO));
  }

  /** Ends the task where its gates have closed before its first effect. */
  private Optional<Transition> shut(Change change, int index) {
    return change.record().isFirstEffect(index)
        ? gates.shut(change).map(why -> unwinding.undo(change, why, index - 1))
        : Optional.empty();
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
    return unwinding.undo(change, failure, undoFrom);
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
        Optional.empty(),
        Optional.empty(),
        now);
  }
}
