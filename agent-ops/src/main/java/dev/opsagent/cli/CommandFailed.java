package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/** Ends a command: what was attempted, why it did not work, what to do, and the exit code. */
final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ExitCode exitCode;
  private final transient Failure failure;
  private final transient List<String> validValues;

  CommandFailed(ExitCode exitCode, Failure failure, List<String> validValues) {
    super(failure.sentence());
    this.exitCode = exitCode;
    this.failure = failure;
    this.validValues = List.copyOf(validValues);
  }

  CommandFailed(ExitCode exitCode, Failure failure) {
    this(exitCode, failure, List.of());
  }

  /** Input or options that cannot be used. */
  static CommandFailed usage(String action, String cause, String fix) {
    return new CommandFailed(
        ExitCode.USAGE, Failure.of(ReasonCode.INVALID_PARAMETERS, action, cause, fix));
  }

  ExitCode exitCode() {
    return exitCode;
  }

  Failure failure() {
    return failure;
  }

  List<String> validValues() {
    return validValues;
  }
}
