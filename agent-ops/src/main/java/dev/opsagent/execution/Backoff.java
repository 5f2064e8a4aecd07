package dev.opsagent.execution;

import java.time.Duration;

/** How long to wait before another attempt. */
@FunctionalInterface
public interface Backoff {
  /**
   * The pause before the next attempt.
   *
   * @param attempt the attempts made so far, from 1
   */
  Duration before(int attempt);
}
