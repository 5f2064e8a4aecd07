package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/**
 * {@code evidence.engineer.change}: the Engineer's word that a change is complete and ready to be
 * released.
 */
public record EngineerChange(
    Subject subject,
    String issuer,
    long sequence,
    Result result,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> link)
    implements Evidence {
  public EngineerChange {
    Checks.evidence(issuer, sequence, issuedAt, expiresAt, link);
  }
}
