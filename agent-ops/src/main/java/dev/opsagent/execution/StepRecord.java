package dev.opsagent.execution;

import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import java.time.Instant;
import java.util.Optional;

/**
 * What the journal knows of one step.
 *
 * @param outcome absent while the step has not been started
 * @param attempts attempts in the present direction (doing or undoing), the running one included
 * @param stood whether the effect stood at some time, or may have
 * @param told whether a person says that the effect stands: it is looked at, never done again
 * @param startedAt when its first attempt started
 */
record StepRecord(
    Optional<Outcome> outcome,
    int attempts,
    boolean stood,
    boolean told,
    Optional<Instant> startedAt) {
  static final StepRecord PENDING =
      new StepRecord(Optional.empty(), 0, false, false, Optional.empty());

  StepRecord started(Instant now) {
    return new StepRecord(
        Optional.of(Outcome.STARTED),
        attempts + 1,
        stood,
        told,
        startedAt.or(() -> Optional.of(now)));
  }

  StepRecord undoing() {
    int before = is(Outcome.UNDOING) || is(Outcome.UNDO_FAILED) ? attempts : 0;
    return new StepRecord(Optional.of(Outcome.UNDOING), before + 1, stood, false, startedAt);
  }

  StepRecord with(Outcome next) {
    boolean stands =
        next == Outcome.DONE || next == Outcome.ALREADY_DONE || next == Outcome.IN_DOUBT;
    return new StepRecord(Optional.of(next), attempts, stood || stands, told, startedAt);
  }

  StepRecord afresh() {
    return new StepRecord(outcome, 0, stood, told, startedAt);
  }

  /** The attempt that was begun does not count. */
  StepRecord uncounted() {
    return new StepRecord(outcome, Math.max(0, attempts - 1), stood, told, startedAt);
  }

  StepRecord toldDone() {
    return new StepRecord(outcome, 0, true, true, startedAt);
  }

  boolean is(Outcome wanted) {
    return outcome.filter(wanted::equals).isPresent();
  }

  /** Whether undoing has to look at the step at all. */
  boolean touched() {
    return outcome.isPresent() && !is(Outcome.UNDONE) && !is(Outcome.REMAINS);
  }
}
