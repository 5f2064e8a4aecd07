package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/** No broker answered in time; whether a message that was being sent arrived is not known. */
public final class BrokerUnreachable extends ClientFailure {
  private static final long serialVersionUID = 1L;

  BrokerUnreachable(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
