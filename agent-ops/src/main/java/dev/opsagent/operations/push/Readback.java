package dev.opsagent.operations.push;

import dev.opsagent.execution.Timers;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.Stopped;
import java.time.Duration;

/**
 * How long a registry may take to show what it has accepted: registries answer 404 for minutes
 * after a success.
 *
 * @param interval between two looks
 * @param budget in all
 */
record Readback(Duration interval, Duration budget, Pace pace) {
  static Readback of(Timers timers) {
    return new Readback(Duration.ofMillis(500), Duration.ofSeconds(90), Pace.of(timers));
  }

  /** Looks until it is so, or until the budget or the limit has run out. */
  boolean until(Look look, Duration limit) throws Stopped, InterruptedException {
    Duration longest = limit.compareTo(budget) < 0 ? limit : budget;
    long end = pace.nanoTime() + longest.toNanos();
    while (!look.isSo()) {
      if (pace.nanoTime() + interval.toNanos() > end) {
        return false;
      }
      pace.await(interval);
    }
    return true;
  }

  /** One look at the registry. */
  interface Look {
    boolean isSo() throws Stopped, InterruptedException;
  }
}
