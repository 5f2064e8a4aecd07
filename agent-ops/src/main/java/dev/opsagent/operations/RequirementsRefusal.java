package dev.opsagent.operations;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import java.util.Optional;

/** Says which requirements of a task no operation enforces: nothing is ignored silently. */
public final class RequirementsRefusal {
  private RequirementsRefusal() {}

  /** Checks all but the scaling, which the operation enforces itself. */
  public static Optional<Failure> ofAllButScaling(String operation, Requirements requirements) {
    return of(
        operation,
        new Requirements(
            requirements.deadline(),
            requirements.timeout(),
            requirements.timeline(),
            requirements.performance(),
            Optional.empty(),
            requirements.compliance()));
  }

  /**
   * Checks them.
   *
   * @param operation the name of the task's operation
   */
  public static Optional<Failure> of(String operation, Requirements requirements) {
    boolean unknown =
        requirements.performance().isPresent()
            || requirements.scaling().isPresent()
            || requirements.compliance().isPresent();
    return unknown
        ? Optional.of(
            Failure.of(
                ReasonCode.UNSUPPORTED_REQUIREMENT,
                "accept the " + operation,
                "requirements: this operation enforces a deadline and a timeout, deploy a scaling too",
                "take them out"))
        : Optional.empty();
  }
}
