package dev.opsagent.outside;

import java.time.Duration;

/** For how long the bus keeps what proves a task: evidence, reports, escalations and audit. */
public interface Retention {
  /** What nothing is older than. */
  Duration FOR_EVER = Duration.ofMillis(Long.MAX_VALUE);

  /** The shortest of these times as they were when the worker started; fast. */
  Duration known();

  /** The shortest of these times as they are now; asks the brokers. */
  Answer<Duration> kept();
}
