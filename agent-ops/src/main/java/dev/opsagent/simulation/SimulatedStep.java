package dev.opsagent.simulation;

import dev.opsagent.authority.Effect;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.simulation.Script.Doing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step on the simulated world that behaves as its script says. As every step must, it asks the
 * fence right before its effect: whatever comes between, such as a stop of its process, comes
 * before the question.
 */
final class SimulatedStep implements Step {
  private static final Duration DEAF = Duration.ofHours(3);

  private final TaskDispatch task;
  private final PlannedStep planned;
  private final Script script;
  private final Hands hands;
  private final String key;

  /** What a step's process can do, and the effect ledger that sees it. */
  interface Hands {
    World world();

    SimulatedProcess process();

    /** The step begins to act. */
    void begins(TaskDispatch task, PlannedStep step);

    /** The step's effect happens now. */
    void does(TaskDispatch task, PlannedStep step);

    /** The step's effect is taken back now. */
    void undoes(TaskDispatch task, PlannedStep step);
  }

  SimulatedStep(TaskDispatch task, PlannedStep planned, Script script, Hands hands) {
    this.task = task;
    this.planned = planned;
    this.script = script;
    this.hands = hands;
    this.key = World.key(task, planned);
  }

  @Override
  public Probe probe(StepContext context) {
    try {
      sleep(script.probe());
    } catch (InterruptedException _) {
      return new Probe.Unknown(interrupted());
    }
    return switch (script.doing()) {
      case UNKNOWN -> new Probe.Unknown(failure(false));
      case DONE_BUT_UNKNOWN ->
          hands.world().stands(key) ? new Probe.Unknown(failure(false)) : found();
      case UNKNOWN_ONCE ->
          hands.world().first(key + " unknown") ? new Probe.Unknown(failure(true)) : found();
      case PROBE_THROWS_ONCE -> {
        if (hands.world().first(key + " probed")) {
          throw new IllegalStateException("as the script says");
        }
        yield found();
      }
      case CONFLICTS -> new Probe.Conflicting(failure(false));
      case WORKS,
          FAILS_ONCE,
          FAILS,
          FAILS_FOR_EVER,
          DONE_BUT_FAILS,
          DONE_BUT_THROWS,
          THROWS,
          HANGS,
          DONE_BUT_HANGS,
          HANGS_DEAF,
          DONE_BUT_HANGS_DEAF,
          INCONCLUSIVE ->
          found();
    };
  }

  private Probe found() {
    boolean there = planned.workspace() ? onDisk() : hands.world().stands(key);
    return there ? new Probe.Satisfied(facts(), deliverables()) : new Probe.Missing();
  }

  private boolean onDisk() {
    return hands.process().disk().contains(key);
  }

  @Override
  public Outcome apply(StepContext context) {
    hands.begins(task, planned);
    try {
      return applied(context);
    } catch (InterruptedException _) {
      return new Outcome.Failed(interrupted());
    }
  }

  private Outcome applied(StepContext context) throws InterruptedException {
    sleep(script.before());
    return switch (script.doing()) {
      case WORKS, UNKNOWN_ONCE, UNKNOWN, DONE_BUT_UNKNOWN, PROBE_THROWS_ONCE, CONFLICTS ->
          done(context);
      case FAILS_ONCE ->
          hands.world().first(key + " failed") ? new Outcome.Failed(failure(true)) : done(context);
      case FAILS -> new Outcome.Failed(failure(false));
      case INCONCLUSIVE -> new Outcome.Inconclusive(inconclusive());
      case FAILS_FOR_EVER -> new Outcome.Failed(failure(true));
      case DONE_BUT_FAILS -> {
        done(context);
        yield new Outcome.Failed(failure(true));
      }
      case THROWS -> throw new IllegalStateException("as the script says");
      case DONE_BUT_THROWS -> {
        done(context);
        throw new IllegalStateException("as the script says");
      }
      case HANGS, DONE_BUT_HANGS -> {
        doneIf(Doing.DONE_BUT_HANGS, context);
        sleep(DEAF);
        yield new Outcome.Failed(failure(true));
      }
      case HANGS_DEAF, DONE_BUT_HANGS_DEAF -> {
        doneIf(Doing.DONE_BUT_HANGS_DEAF, context);
        sleepDeaf();
        yield new Outcome.Applied(facts());
      }
    };
  }

  private void doneIf(Doing doing, StepContext context) throws InterruptedException {
    if (script.doing() == doing) {
      done(context);
    }
  }

  private Outcome done(StepContext context) throws InterruptedException {
    if (planned.workspace()) {
      hands.process().disk().add(key);
    }
    if (!planned.effects().isEmpty()) {
      context.fence().check();
      hands.does(task, planned);
    }
    sleep(script.after());
    return new Outcome.Applied(facts(), deliverables());
  }

  @Override
  public Undo undo(StepContext context) {
    try {
      sleep(script.before());
      return undone(context);
    } catch (InterruptedException _) {
      return new Undo.UndoFailed(interrupted());
    }
  }

  private Undo undone(StepContext context) throws InterruptedException {
    return switch (script.undoing()) {
      case WORKS -> takenBack(context);
      case REMAINS -> {
        boolean stood = hands.world().stands(key);
        Undo undo = takenBack(context);
        yield stood ? new Undo.Remains(List.of(key + " was seen")) : undo;
      }
      case FAILS_ONCE ->
          hands.world().first(key + " not undone")
              ? new Undo.UndoFailed(failure(true))
              : takenBack(context);
      case FAILS -> new Undo.UndoFailed(failure(false));
      case UNDONE_BUT_FAILS -> {
        takenBack(context);
        yield new Undo.UndoFailed(failure(false));
      }
      case THROWS -> throw new IllegalStateException("as the script says");
      case HANGS -> {
        sleep(DEAF);
        yield new Undo.UndoFailed(failure(true));
      }
      case HANGS_DEAF -> {
        sleepDeaf();
        yield new Undo.Undone();
      }
    };
  }

  private Undo takenBack(StepContext context) throws InterruptedException {
    context.fence().check();
    hands.undoes(task, planned);
    sleep(script.after());
    return new Undo.Undone();
  }

  private void sleep(Duration duration) throws InterruptedException {
    hands.process().sleep(duration);
  }

  /** Answers no interrupt. */
  private void sleepDeaf() {
    long until = hands.process().nanoTime() + DEAF.toNanos();
    for (long now = hands.process().nanoTime(); now < until; now = hands.process().nanoTime()) {
      try {
        sleep(Duration.ofNanos(until - now));
      } catch (InterruptedException _) {
        // on purpose
      }
    }
  }

  private Facts facts() {
    return Facts.of(Map.of(planned.name(), key));
  }

  private List<Deliverable> deliverables() {
    return planned.effects().stream()
        .filter(effect -> effect.kind() == Effect.Kind.DEPLOYMENT)
        .<Deliverable>map(_ ->
            new DeploymentStatus("process", task.taskId(), task.taskId(), Optional.empty(), true))
        .toList();
  }

  private Failure failure(boolean passing) {
    return new Failure(
        ReasonCode.TOOL_FAILED, planned.description(), "it did not work", "", passing);
  }

  private Failure inconclusive() {
    return Failure.of(ReasonCode.INCONCLUSIVE, planned.description(), "nobody can say", "");
  }

  private Failure interrupted() {
    Thread.currentThread().interrupt();
    return Failure.passing(ReasonCode.TIMEOUT, planned.description(), "it was interrupted", "");
  }
}
