package dev.opsagent.bench;

import java.time.Duration;

/** How long and how often is measured. */
public enum Scale {
  /** About two minutes. */
  QUICK(2, Duration.ofSeconds(3), 6_000, 1024, 2, Duration.ofSeconds(90)),
  /** At most a quarter of an hour. */
  FULL(5, Duration.ofSeconds(8), 40_000, 4096, 5, Duration.ofMinutes(11));

  private final int rounds;
  private final Duration window;
  private final int warmUp;
  private final int backlog;
  private final int starts;
  private final Duration rounding;

  Scale(int rounds, Duration window, int warmUp, int backlog, int starts, Duration rounding) {
    this.rounds = rounds;
    this.window = window;
    this.warmUp = warmUp;
    this.backlog = backlog;
    this.starts = starts;
    this.rounding = rounding;
  }

  /** Runs of each kind. */
  int rounds() {
    return rounds;
  }

  /** How long a run counts. */
  Duration window() {
    return window;
  }

  /** What goes before it. */
  Duration ramp() {
    return window.dividedBy(2);
  }

  /** Tasks before the first run. */
  int warmUp() {
    return warmUp;
  }

  Duration warmUpAtMost() {
    return window.multipliedBy(10);
  }

  /** The tasks that wait in the smallest backlog. */
  int backlog() {
    return backlog;
  }

  /** Starts of a worker. */
  int starts() {
    return starts;
  }

  /** After this no second round of anything begins; what is left is measured once. */
  Duration rounding() {
    return rounding;
  }
}
