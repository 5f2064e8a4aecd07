package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Optional;

/**
 * {@code evidence.vcs.release-tag}: Version Control's release tag on a commit.
 *
 * @param tag the tag's name, such as {@code v1.4.0}
 */
public record ReleaseTag(
    Subject subject,
    String issuer,
    long sequence,
    Result result,
    Instant issuedAt,
    Instant expiresAt,
    Optional<String> link,
    String tag)
    implements Evidence {
  public ReleaseTag {
    Checks.evidence(issuer, sequence, issuedAt, expiresAt, link);
    Checks.text("tag", tag, 255);
  }
}
