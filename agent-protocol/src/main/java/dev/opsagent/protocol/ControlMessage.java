package dev.opsagent.protocol;

/** A message of {@code pm.control}: a person's or the PM's word on a task, target or escalation. */
public sealed interface ControlMessage extends Message
    permits TaskCancel, TaskApprove, TaskDeny, TaskResolve, QuarantineLift, EscalationAcknowledge {
  /** The target whose partition the message travels on. */
  Target target();

  /** The agent or person who speaks. */
  String by();
}
