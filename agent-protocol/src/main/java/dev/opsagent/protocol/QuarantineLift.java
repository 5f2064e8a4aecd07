package dev.opsagent.protocol;

/** {@code quarantine.lift}: allow a failed digest to be deployed on the target again. */
public record QuarantineLift(Target target, String by, String digest, String reason)
    implements ControlMessage {
  public QuarantineLift {
    Checks.text("by", by, 256);
    Checks.text("digest", digest, 256);
    Checks.text("reason", reason, 1024);
  }
}
