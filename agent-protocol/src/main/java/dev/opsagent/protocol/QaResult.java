package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/** {@code evidence.qa.result}: what QA's tests said. */
public record QaResult(
    Subject subject,
    String issuer,
    long sequence,
    Result result,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> link)
    implements Evidence {
  public QaResult {
    Checks.evidence(issuer, sequence, issuedAt, expiresAt, link);
  }
}
