package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/** {@code evidence.security.clearance}: Security's clearance, or its refusal. */
public record SecurityClearance(
    Subject subject,
    String issuer,
    long sequence,
    Result result,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> link)
    implements Evidence {
  public SecurityClearance {
    Checks.evidence(issuer, sequence, issuedAt, expiresAt, link);
  }
}
