package dev.opsagent.execution;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import java.util.Map;
import java.util.Optional;

/** One record of an entry. The journal knows the topic of each kind. */
public sealed interface JournalRecord {
  /**
   * {@code ops.ledger}, in the journal's own partition.
   *
   * @param key a task id, or {@code ~name} for the partition's own state
   * @param value immutable, to be written as JSON; empty writes a tombstone
   */
  record Ledger(String key, Optional<Object> value) implements JournalRecord {
    /** What the ledger holds under the key; empty for a tombstone. */
    public Optional<byte[]> bytes() {
      return value.map(Json::write);
    }
  }

  /**
   * {@code ops.status}.
   *
   * @param written the report
   * @param traceparent of the message that caused it
   */
  record Status(Prewritten<StatusReport> written, Optional<String> traceparent)
      implements JournalRecord {
    public StatusReport report() {
      return written.value();
    }
  }

  /** {@code ops.escalations}. */
  record Escalated(Escalation escalation) implements JournalRecord {}

  /** {@code ops.audit}, in the journal's own partition. */
  record Audited(AuditRecord record) implements JournalRecord {}

  /** {@code ops.learnings}. */
  record Learned(Learning learning) implements JournalRecord {}

  /** {@code ops.deployments}. */
  record Deployed(DeploymentRecord record) implements JournalRecord {}

  /**
   * An input record that came to the wrong partition, sent on as it is.
   *
   * @param headers kept, with the origin noted
   */
  record Forwarded(
      Journal.Input input, int partition, String key, byte[] value, Map<String, byte[]> headers)
      implements JournalRecord {}

  /**
   * {@code pm.tasks.dlq}: an input record that could not be read, bytes untouched.
   *
   * @param key as received
   * @param headers as received, bounded, with the reason added
   */
  record DeadLetter(Optional<byte[]> key, Optional<byte[]> value, Map<String, byte[]> headers)
      implements JournalRecord {}
}
