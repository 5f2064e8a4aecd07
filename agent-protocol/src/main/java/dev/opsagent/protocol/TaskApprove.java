package dev.opsagent.protocol;

/**
 * {@code task.approve}: consent to exactly one plan.
 *
 * @param planDigest digest of the plan that is approved; another plan voids the approval
 */
public record TaskApprove(String taskId, Target target, String by, String planDigest)
    implements ControlMessage {
  public TaskApprove {
    Checks.matches("taskId", taskId, Checks.TASK_ID);
    Checks.text("by", by, 256);
    Checks.matches("planDigest", planDigest, Digests.SHA256);
  }
}
