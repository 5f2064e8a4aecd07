package dev.opsagent;

import dev.opsagent.authority.trust.Admission;
import dev.opsagent.authority.trust.Authenticator;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.protocol.EventCodec.Incoming;
import java.time.Instant;
import java.util.Optional;

/** Whose keys count by the trust file as it is now. */
record Signers(Reloaded<Trust> trust) implements Authenticator {
  @Override
  public Admission admit(Incoming incoming, Instant appendedAt) {
    return trust.get().admit(incoming, appendedAt);
  }

  @Override
  public boolean upholds(Optional<String> keyId, Instant appendedAt) {
    return trust.get().upholds(keyId, appendedAt);
  }
}
