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
 * @param untried whether everything so far was held back before it could do anything
 */
record StepRecord(
    Optional<Outcome> outcome,
    int attempts,
    boolean stood,
    boolean told,
    Optional<Instant> startedAt,
    boolean untried) {
  static final StepRecord PENDING =
      new StepRecord(Optional.empty(), 0, false, false, Optional.empty(), false);

  StepRecord started(Instant now) {
    return new StepRecord(
        Optional.of(Outcome.STARTED),
        attempts + 1,
        stood,
        told,
        startedAt.or(() -> Optional.of(now)),
        untried);
  }

  StepRecord undoing() {
    int before = is(Outcome.UNDOING) || is(Outcome.UNDO_FAILED) ? attempts : 0;
    return new StepRecord(Optional.of(Outcome.UNDOING), before + 1, stood, false, startedAt, false);
  }

  StepRecord with(Outcome next) {
    boolean stands =
        next == Outcome.DONE || next == Outcome.ALREADY_DONE || next == Outcome.IN_DOUBT;
    return new StepRecord(
        Optional.of(next), attempts, stood || stands, told, startedAt, untried && !stands);
  }

  StepRecord afresh() {
    return new StepRecord(outcome, 0, stood, told, startedAt, untried);
  }

  /**
   * The attempt that was begun does not count.
   *
   * @param tried whether it may have done something
   */
  StepRecord uncounted(boolean tried) {
    boolean first = attempts <= 1;
    return new StepRecord(
        outcome,
        Math.max(0, attempts - 1),
        stood,
        told,
        startedAt,
        !tried && (untried || (first && !stood)));
  }

  /** Nobody knows any more what came of it. */
  StepRecord acted() {
    return new StepRecord(outcome, attempts, stood, told, startedAt, false);
  }

  StepRecord toldDone() {
    return new StepRecord(outcome, 0, true, true, startedAt, false);
  }

  boolean is(Outcome wanted) {
    return outcome.filter(wanted::equals).isPresent();
  }

  /** Whether anything can have come of it yet. */
  boolean mayHaveActed() {
    return outcome.isPresent() && !untried;
  }

  /** Whether undoing has to look at the step at all. */
  boolean touched() {
    return mayHaveActed() && !is(Outcome.UNDONE) && !is(Outcome.REMAINS);
  }
}
