package dev.opsagent.operations.push;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting between two looks at the world; tests wait by hand. */
interface Pace {
  /** Waits on the monotonic clock. */
  Pace MONOTONIC =
      new Pace() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void await(Duration time) throws InterruptedException {
          // Nobody counts the latch down: this only waits, and ends early when interrupted.
          boolean never = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
          assert !never;
        }
      };

  /** Monotonic, in nanoseconds. */
  long nanoTime();

  void await(Duration time) throws InterruptedException;
}
