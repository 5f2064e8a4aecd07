package dev.opsagent.testing;

import dev.opsagent.operations.Pace;
import java.time.Duration;
import java.time.Instant;

/** Waits by moving the clock. */
public final class ManualPace implements Pace {
  private long now;

  /** What happens in the world while somebody waits. */
  public Runnable meanwhile = () -> {};

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(now);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void await(Duration time) {
    now += time.toNanos();
    meanwhile.run();
  }
}
