package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Failure;
import java.time.Duration;
import java.util.List;

/** What running a step once came to, after its probes. */
sealed interface StepResult {
  /**
   * @param already the effect stood before anything was done
   */
  record Done(Facts facts, List<Deliverable> deliverables, boolean already) implements StepResult {
    public Done {
      deliverables = List.copyOf(deliverables);
    }
  }

  /** The effect does not stand. */
  record NotDone(Failure failure) implements StepResult {}

  /** Something of somebody else's stands in its place: not ours to undo. */
  record Conflict(Failure failure) implements StepResult {}

  record InDoubt(Failure failure) implements StepResult {}

  /** A check that could not be answered; nothing of it stands. */
  record Inconclusive(Failure failure) implements StepResult {}

  /**
   * The attempt does not count; it is to be made again after the time.
   *
   * @param tried whether it was begun, so that something may have happened
   */
  record Deferred(Failure failure, Duration pause, boolean tried) implements StepResult {}

  /** What undoing a step once came to. */
  sealed interface UndoResult {
    record Ended(Step.Undo undo) implements UndoResult {}

    /** The attempt does not count; it is to be made again after the time. */
    record Deferred(Failure failure, Duration pause) implements UndoResult {}
  }
}
