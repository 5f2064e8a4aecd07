package dev.opsagent.protocol;

/** {@code task.deny}: refusal of a plan that waits for approval. */
public record TaskDeny(String taskId, Target target, String by, String planDigest, String reason)
    implements ControlMessage {
  public TaskDeny {
    Checks.matches("taskId", taskId, Checks.TASK_ID);
    Checks.text("by", by, 256);
    Checks.matches("planDigest", planDigest, Digests.SHA256);
    Checks.text("reason", reason, 1024);
  }
}
