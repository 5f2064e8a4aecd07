package dev.opsagent.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Reading stopped short of where the topic ended: an open transaction hides what comes after it.
 */
public final class ReadStalled extends ClientFailure {
  private static final long serialVersionUID = 1L;

  ReadStalled(Failure failure, @Nullable Throwable origin) {
    super(failure, origin);
  }
}
