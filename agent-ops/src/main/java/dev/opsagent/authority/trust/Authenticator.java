package dev.opsagent.authority.trust;

import dev.opsagent.protocol.EventCodec.Incoming;
import java.time.Instant;
import java.util.Optional;

/** Judges whose word an event is. Fast, and changes nothing. */
public interface Authenticator {
  /** For a bus on which nobody must sign. */
  Authenticator OFF =
      new Authenticator() {
        @Override
        public Admission admit(Incoming incoming, Instant appendedAt) {
          return new Admission.Unsigned();
        }

        @Override
        public boolean upholds(Optional<String> keyId, Instant appendedAt) {
          return true;
        }
      };

  /**
   * Judges it.
   *
   * @param appendedAt when the broker took the record, by the broker's clock
   */
  Admission admit(Incoming incoming, Instant appendedAt);

  /**
   * Whether what was admitted by the key still counts: the key may have been revoked since, from a
   * time on that lies before.
   */
  boolean upholds(Optional<String> keyId, Instant appendedAt);
}
