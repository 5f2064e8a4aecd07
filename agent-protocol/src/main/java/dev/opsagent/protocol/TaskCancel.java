package dev.opsagent.protocol;

/**
 * {@code task.cancel}: end the task; what is reversible is undone, what already happened is named.
 *
 * @param reason why, for the record
 */
public record TaskCancel(String taskId, Target target, String by, String reason)
    implements ControlMessage {
  public TaskCancel {
    Checks.matches("taskId", taskId, Checks.TASK_ID);
    Checks.text("by", by, 256);
    Checks.text("reason", reason, 1024);
  }
}
