package dev.opsagent.execution;

import dev.opsagent.protocol.AuditRecord;

/** Gives audit records their place in the hash chain of one partition. */
public interface AuditLog {
  /** The next record of the chain. */
  AuditRecord seal(AuditDraft draft);

  /** Goes on after this record, the last one that is committed. */
  void resume(long sequence, String hash);
}
