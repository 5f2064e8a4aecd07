package dev.opsagent.audit;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.RecordPosition;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A record of the audit as it lies on its topic, decoded only by those who need more than proof.
 *
 * @param value its JSON
 * @param decoded decodes it; empty when it is not an audit record
 */
public record AuditEntry(
    RecordPosition place, byte[] value, Supplier<Optional<AuditRecord>> decoded) {

  /** Whether the text, of which nothing is ever escaped in JSON, occurs in the value. */
  public boolean mentions(byte[] text) {
    for (int at = 0; at <= value.length - text.length; at++) {
      if (value[at] == text[0] && matches(text, at)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(byte[] text, int at) {
    for (int i = 1; i < text.length; i++) {
      if (value[at + i] != text[i]) {
        return false;
      }
    }
    return true;
  }
}
