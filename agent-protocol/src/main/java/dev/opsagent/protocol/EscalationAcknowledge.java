package dev.opsagent.protocol;

/** {@code escalation.acknowledge}: somebody works on the escalation; stops further paging. */
public record EscalationAcknowledge(String escalationId, Target target, String by)
    implements ControlMessage {
  public EscalationAcknowledge {
    Checks.text("escalationId", escalationId, 256);
    Checks.text("by", by, 256);
  }
}
