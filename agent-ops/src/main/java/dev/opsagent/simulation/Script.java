package dev.opsagent.simulation;

import java.time.Duration;
import java.util.List;

/**
 * How one step of one task behaves.
 *
 * @param before how long {@code apply} and {@code undo} take before the effect
 * @param after how long they take after it
 * @param probe how long a probe takes
 */
record Script(Doing doing, Undoing undoing, Duration before, Duration after, Duration probe) {
  private static final int MOST_MILLIS = 8_000;

  /** How the step is done. */
  enum Doing {
    WORKS,
    FAILS_ONCE,
    FAILS,
    /** Fails in a way that may pass, and never does. */
    FAILS_FOR_EVER,
    DONE_BUT_FAILS,
    DONE_BUT_THROWS,
    THROWS,
    CONFLICTS,
    /** Nobody can say, the first time. */
    UNKNOWN_ONCE,
    /** Nobody can ever say. */
    UNKNOWN,
    /** Nobody can say once it is done. */
    DONE_BUT_UNKNOWN,
    PROBE_THROWS_ONCE,
    HANGS,
    DONE_BUT_HANGS,
    /** Hangs, and does not answer an interrupt. */
    HANGS_DEAF,
    DONE_BUT_HANGS_DEAF,
    /** A check that cannot be answered; of anything else, nothing happens. */
    INCONCLUSIVE,
  }

  /** How it is undone. */
  enum Undoing {
    WORKS,
    REMAINS,
    FAILS_ONCE,
    FAILS,
    UNDONE_BUT_FAILS,
    THROWS,
    HANGS,
    HANGS_DEAF
  }

  static Script of(Dice dice) {
    Doing doing = dice.below(10) < 7 ? Doing.WORKS : dice.pick(List.of(Doing.values()));
    Undoing undoing = dice.below(10) < 7 ? Undoing.WORKS : dice.pick(List.of(Undoing.values()));
    return new Script(doing, undoing, pause(dice), pause(dice), pause(dice));
  }

  private static Duration pause(Dice dice) {
    return switch (dice.below(4)) {
      case 0 -> dice.millis(MOST_MILLIS);
      case 1 -> dice.millis(100);
      default -> Duration.ZERO;
    };
  }
}
