package dev.opsagent.audit;

import dev.opsagent.execution.AuditDraft;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * What the hash of an audit record is taken over: {@link Json#canonical} of the record without its
 * hash, written in one pass, because every record that is sealed or verified comes by here.
 */
final class CanonicalAudit {
  private static final int USUAL_BYTES = 512;

  private CanonicalAudit() {}

  static byte[] of(AuditRecord record) {
    AuditDraft draft =
        new AuditDraft(
            record.target(),
            record.taskId(),
            record.kind(),
            record.actor(),
            record.summary(),
            record.step(),
            record.planDigest(),
            record.effects(),
            record.at());
    return of(record.sequence(), record.previous(), record.policy(), draft);
  }

  static byte[] of(long sequence, String previous, Optional<String> policy, AuditDraft record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
    try (JsonGenerator json = Json.mapper().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringProperty("actor", record.actor());
      json.writePOJOProperty("at", record.at());
      json.writeArrayPropertyStart("effects");
      record.effects().forEach(json::writeString);
      json.writeEndArray();
      json.writeStringProperty("kind", record.kind());
      optional(json, "planDigest", record.planDigest());
      optional(json, "policy", policy);
      json.writeStringProperty("previous", previous);
      json.writeName("sequence");
      json.writeNumber(BigDecimal.valueOf(sequence).stripTrailingZeros());
      optional(json, "step", record.step());
      json.writeStringProperty("summary", record.summary());
      json.writeObjectPropertyStart("target");
      json.writeStringProperty("environment", record.target().environment());
      json.writeStringProperty("service", record.target().service());
      json.writeEndObject();
      optional(json, "taskId", record.taskId());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void optional(JsonGenerator json, String name, Optional<String> value) {
    value.ifPresent(text -> json.writeStringProperty(name, text));
  }
}
