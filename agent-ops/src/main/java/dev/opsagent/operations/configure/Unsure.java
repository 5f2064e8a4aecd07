package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;

/** Ends what cannot be done for sure. Causes name keys and lines, never values. */
final class Unsure {
  private Unsure() {}

  static Stopped of(String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "change the settings",
            cause,
            "bring the file into a plain form on the branch, then configure again"));
  }
}
