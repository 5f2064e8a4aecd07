package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/** The brokers refuse who we are, or what we want to do. */
public final class AccessDenied extends ClientFailure {
  private static final long serialVersionUID = 1L;

  AccessDenied(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
