package dev.opsagent.protocol;

import java.time.Instant;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/**
 * Instants in ISO 8601, UTC. Whatever is written in one turn carries the same instant, half a dozen
 * times; so the last text is kept.
 */
final class InstantText {
  private static volatile Kept last = new Kept(Instant.EPOCH, Instant.EPOCH.toString());

  private record Kept(Instant at, String text) {}

  private InstantText() {}

  static String of(Instant at) {
    Kept kept = last;
    if (kept.at.equals(at)) {
      return kept.text;
    }
    String text = at.toString();
    last = new Kept(at, text);
    return text;
  }

  /** Writes it as a JSON string. */
  static final class Writer extends ValueSerializer<Instant> {
    @Override
    public void serialize(Instant at, JsonGenerator to, SerializationContext context) {
      to.writeString(of(at));
    }
  }
}
