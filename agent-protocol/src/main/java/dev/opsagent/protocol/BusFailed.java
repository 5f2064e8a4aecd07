package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/** The brokers answered with an error that has no type of its own here. */
public final class BusFailed extends ClientFailure {
  private static final long serialVersionUID = 1L;

  BusFailed(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
