package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/** The brokers answer, but a topic of the bus does not exist. */
public final class TopicMissing extends ClientFailure {
  private static final long serialVersionUID = 1L;

  TopicMissing(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
