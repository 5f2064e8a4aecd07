package dev.opsagent;

import dev.opsagent.execution.Timers;
import java.time.Duration;
import java.util.concurrent.Executor;

/** Does something at once and then again and again, until it is closed. */
final class Heartbeat implements AutoCloseable {
  private final Timers timers;
  private final Duration period;
  private final Executor executor;
  private final Runnable beat;
  private volatile boolean closed;

  private Heartbeat(Timers timers, Duration period, Executor executor, Runnable beat) {
    this.timers = timers;
    this.period = period;
    this.executor = executor;
    this.beat = beat;
  }

  /**
   * Starts it.
   *
   * @param first when the first beat is due
   * @param period from the end of one beat to the next
   * @param beat may block; must not throw
   */
  static Heartbeat start(
      Timers timers, Duration first, Duration period, Executor executor, Runnable beat) {
    Heartbeat heartbeat = new Heartbeat(timers, period, executor, beat);
    timers.schedule(first, () -> executor.execute(heartbeat::beat));
    return heartbeat;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void beat() {
    if (closed) {
      return;
    }
    beat.run();
    if (closed) {
      return;
    }
    timers.schedule(
        period,
        () -> {
          if (!closed) {
            executor.execute(this::beat);
          }
        });
  }
}
