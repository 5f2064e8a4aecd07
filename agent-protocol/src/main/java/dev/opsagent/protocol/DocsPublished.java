package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/** {@code evidence.docs.published}: the documentation of the release is out. */
public record DocsPublished(
    Subject subject,
    String issuer,
    long sequence,
    Result result,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> link)
    implements Evidence {
  public DocsPublished {
    Checks.evidence(issuer, sequence, issuedAt, expiresAt, link);
  }
}
