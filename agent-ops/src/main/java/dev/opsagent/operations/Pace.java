package dev.opsagent.operations;

import dev.opsagent.execution.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** Waiting between two looks at the world; tests wait by hand. */
public interface Pace {
  /** Waits by these timers; ends early when interrupted. */
  static Pace of(Timers timers) {
    return new Pace() {
      @Override
      public Instant now() {
        return timers.now();
      }

      @Override
      public long nanoTime() {
        return timers.nanoTime();
      }

      @Override
      public void await(Duration time) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Timers.Scheduled alarm = timers.schedule(time, over::countDown);
        try {
          over.await();
        } finally {
          alarm.cancel();
        }
      }
    };
  }

  /** What the clock says. */
  Instant now();

  /** Monotonic, in nanoseconds. */
  long nanoTime();

  void await(Duration time) throws InterruptedException;
}
