package dev.opsagent;

import dev.opsagent.execution.AuditDraft;
import dev.opsagent.execution.AuditLog;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.redaction.Redactor;

/**
 * Takes secrets out of audit records before they are sealed: afterwards it would break the chain.
 */
record RedactedAudit(AuditLog audit, Redactor redactor) implements AuditLog {
  @Override
  public AuditRecord seal(AuditDraft draft) {
    return audit.seal(
        new AuditDraft(
            draft.target(),
            draft.taskId(),
            draft.kind(),
            redactor.text(draft.actor()),
            redactor.text(draft.summary()),
            draft.step(),
            draft.planDigest(),
            draft.effects().stream().map(redactor::text).toList(),
            draft.at()));
  }

  @Override
  public void resume(long sequence, String hash) {
    audit.resume(sequence, hash);
  }
}
