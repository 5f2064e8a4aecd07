package dev.opsagent.audit;

import dev.opsagent.execution.AuditDraft;
import dev.opsagent.execution.AuditLog;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import java.util.Optional;

/** The hash chain of one partition: continues it, and checks a chain that was read. */
public final class AuditChain implements AuditLog {
  private final Optional<String> policy;
  private long sequence;
  private String previous = AuditRecord.GENESIS;

  /** A chain whose records name no map of owners. */
  public AuditChain() {
    this(Optional.empty());
  }

  /**
   * A chain that can be continued.
   *
   * @param policy digest of the map of owners, which every record that it seals names
   */
  public AuditChain(Optional<String> policy) {
    this.policy = policy;
  }

  @Override
  public AuditRecord seal(AuditDraft draft) {
    String hash = Digests.sha256(CanonicalAudit.of(sequence + 1, previous, policy, draft));
    AuditRecord sealed =
        new AuditRecord(
            sequence + 1,
            previous,
            hash,
            draft.target(),
            draft.taskId(),
            draft.kind(),
            draft.actor(),
            draft.summary(),
            draft.step(),
            draft.planDigest(),
            policy,
            draft.effects(),
            draft.at());
    resume(sealed.sequence(), sealed.hash());
    return sealed;
  }

  @Override
  public void resume(long lastSequence, String hash) {
    sequence = lastSequence;
    previous = hash;
  }

  /**
   * Checks the next record of a chain that is read from its beginning, or from any record on.
   *
   * @return what is wrong with it: altered, or a record before it deleted, inserted or moved
   */
  public Optional<String> verify(AuditRecord record) {
    boolean first = sequence == 0 && record.sequence() != 1;
    Optional<String> fault = first ? Optional.empty() : outOfPlace(record);
    resume(record.sequence(), record.hash());
    return fault.or(() -> altered(record));
  }

  private Optional<String> outOfPlace(AuditRecord record) {
    if (record.sequence() != sequence + 1) {
      return Optional.of("record " + (sequence + 1) + " expected, " + record.sequence() + " found");
    }
    return record.previous().equals(previous)
        ? Optional.empty()
        : Optional.of("record " + record.sequence() + " does not follow the record before it");
  }

  private static Optional<String> altered(AuditRecord record) {
    return hash(record).equals(record.hash())
        ? Optional.empty()
        : Optional.of("record " + record.sequence() + " was altered");
  }

  private static String hash(AuditRecord record) {
    return Digests.sha256(CanonicalAudit.of(record));
  }
}
