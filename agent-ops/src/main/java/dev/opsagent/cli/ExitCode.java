package dev.opsagent.cli;

import dev.opsagent.protocol.TaskState;

/** What a command's exit code says; {@code help exit-codes} is printed from here. */
public enum ExitCode {
  SUCCEEDED(0, "done; the task, if one was waited for, ended SUCCEEDED"),
  FAILED(1, "the task ended FAILED, nothing of it stands outside; or the command itself failed"),
  USAGE(2, "wrong usage, configuration or input; nothing was done"),
  ROLLED_BACK(3, "the task failed after its first effect and was taken back or withdrawn"),
  REJECTED(4, "the task was refused; the reason names the field or the rule"),
  NEEDS_PERSON(5, "the task waits for a person; the output says what to do"),
  IN_DOUBT(6, "nobody knows whether an effect happened; the target is held"),
  CANCELLED_OR_EXPIRED(7, "the task ended CANCELLED or EXPIRED"),
  NO_BROKER(8, "no broker answers at the bootstrap address"),
  TIMED_OUT(124, "the time to wait ran out; the task goes on");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  public String meaning() {
    return meaning;
  }

  /** The code for a task that is left in this state. */
  public static ExitCode of(TaskState state) {
    return switch (state) {
      case SUCCEEDED -> SUCCEEDED;
      case FAILED -> FAILED;
      case ROLLED_BACK -> ROLLED_BACK;
      case REJECTED -> REJECTED;
      case IN_DOUBT -> IN_DOUBT;
      case CANCELLED, EXPIRED -> CANCELLED_OR_EXPIRED;
      case AWAITING_APPROVAL, AWAITING_DECISION -> NEEDS_PERSON;
      case ACCEPTED, AWAITING_EVIDENCE, RUNNING, UNDOING -> TIMED_OUT;
    };
  }
}
