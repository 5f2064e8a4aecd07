package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code ops.audit}: one decision or effect. The records of a partition form a hash chain.
 *
 * @param sequence counts the records of the partition from 1
 * @param previous {@code hash} of the record before; of the first one {@link #GENESIS}
 * @param hash SHA-256 over {@code previous} and the other fields in canonical JSON
 * @param kind what happened: {@code accepted}, {@code planned}, {@code step-done} and so on
 * @param actor who caused it: the requester, a person, or the agent itself
 * @param summary one sentence for people
 * @param policy digest of the map of owners by which it was judged
 * @param effects the effects that happened with it
 */
public record AuditRecord(
    long sequence,
    String previous,
    String hash,
    Target target,
    Optional<String> taskId,
    String kind,
    String actor,
    String summary,
    Optional<String> step,
    Optional<String> planDigest,
    Optional<String> policy,
    List<String> effects,
    Instant at)
    implements Message {
  /** What the first record of a partition names as its predecessor. */
  public static final String GENESIS = "sha256:" + "0".repeat(64);

  public AuditRecord {
    Checks.range("sequence", sequence, 1, Long.MAX_VALUE);
    Digests.check("previous", previous);
    Digests.check("hash", hash);
    Checks.text("kind", kind, 64);
    policy.ifPresent(digest -> Digests.check("policy", digest));
    effects = List.copyOf(effects);
  }
}
