package dev.opsagent.execution;

import java.time.Duration;
import java.time.Instant;

/** Time, injected: wall clock for records, monotonic time for waiting. */
public interface Timers {
  Instant now();

  /** Monotonic, in nanoseconds, as {@link System#nanoTime()}. */
  long nanoTime();

  /**
   * Runs the task once after the delay, on a thread of its own choosing that must not be blocked.
   */
  Scheduled schedule(Duration delay, Runnable task);

  /** A timer that can be called off. */
  interface Scheduled {
    void cancel();
  }
}
