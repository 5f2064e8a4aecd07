package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/** The Kafka client cannot be made from the properties that were given. */
public final class ClientMisconfigured extends ClientFailure {
  private static final long serialVersionUID = 1L;

  ClientMisconfigured(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
