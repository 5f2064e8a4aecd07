package dev.opsagent;

import dev.opsagent.authority.trust.Authenticator;
import dev.opsagent.kafka.ContextReader;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.RecordPosition;
import java.time.Instant;
import java.util.Optional;

/** Lets evidence count whose signer may give it, and tells of the rest. */
record EvidenceAdmission(Authenticator signers, ContextIncidents strangers)
    implements ContextReader.Admission {
  @Override
  public boolean admits(Incoming incoming, RecordPosition place, Instant appendedAt) {
    return strangers.counts(signers.admit(incoming, appendedAt), incoming, place);
  }

  @Override
  public boolean upholds(Optional<String> keyId, Instant appendedAt) {
    return signers.upholds(keyId, appendedAt);
  }
}
