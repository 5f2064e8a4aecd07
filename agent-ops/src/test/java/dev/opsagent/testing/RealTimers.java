package dev.opsagent.testing;

import dev.opsagent.execution.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The machine's clocks, for tests on real peers. */
public final class RealTimers implements Timers {
  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    CompletableFuture<Void> scheduled =
        CompletableFuture.runAsync(
            task, CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
    return () -> scheduled.cancel(false);
  }
}
