package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Pace;
import java.time.Duration;
import java.time.Instant;

/** Of a test in which nothing is waited for. */
final class NoPace implements Pace {
  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public void await(Duration time) {
    throw new AssertionError("nothing is waited for");
  }
}
