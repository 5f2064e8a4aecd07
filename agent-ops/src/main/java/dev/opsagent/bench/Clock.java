package dev.opsagent.bench;

import java.time.Duration;

/** Keeps a measurement within its time. */
final class Clock {
  private final long end;

  Clock(Duration atMost) {
    this.end = System.nanoTime() + atMost.toNanos();
  }

  /** Whether there is time for another run; the first one is made in any case. */
  boolean goesOn(int run) {
    return run == 1 || System.nanoTime() - end < 0;
  }
}
