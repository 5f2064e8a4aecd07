package dev.opsagent.authority.trust;

import dev.opsagent.protocol.EventCodec.Incoming;
import java.time.Instant;

/** Judges whose word an event is. Fast, and changes nothing. */
@FunctionalInterface
public interface Authenticator {
  /** For a bus on which nobody must sign. */
  Authenticator OFF = (_, _) -> new Admission.Unsigned();

  /**
   * Judges it.
   *
   * @param appendedAt when the broker took the record, by the broker's clock
   */
  Admission admit(Incoming incoming, Instant appendedAt);
}
