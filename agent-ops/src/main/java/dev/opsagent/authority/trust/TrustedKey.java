package dev.opsagent.authority.trust;

import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A key and when it counts. Moments are the broker's: what was sent while a key counted keeps
 * counting, however late it is read.
 *
 * @param revoked from when on it counts no more, because somebody else may have it
 */
record TrustedKey(
    Agent agent,
    PublicKey key,
    Optional<Instant> notBefore,
    Optional<Instant> notAfter,
    Optional<Instant> revoked) {

  /** Why it does not vouch for what was sent then; empty when it does. */
  Optional<String> fault(Instant sentAt) {
    if (revoked.filter(it -> !sentAt.isBefore(it)).isPresent()) {
      return Optional.of("was revoked");
    }
    if (notBefore.filter(sentAt::isBefore).isPresent()) {
      return Optional.of("was not valid yet");
    }
    return notAfter.filter(sentAt::isAfter).map(_ -> "was not valid any more");
  }
}
