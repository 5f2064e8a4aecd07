package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.JournalRecord.Audited;
import dev.opsagent.execution.JournalRecord.Deployed;
import dev.opsagent.execution.JournalRecord.Escalated;
import dev.opsagent.execution.JournalRecord.Learned;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.execution.JournalRecord.Status;
import dev.opsagent.execution.LedgerFold.AuditHead;
import dev.opsagent.execution.LedgerFold.EarlyCancel;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Wall;
import dev.opsagent.protocol.TaskCancel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes journal entries of transitions: everything that must become visible together. */
final class EntryWriter {
  private static final int MOST_CANCELS = 10_000;

  private final AuditLog audit;
  private final Optional<Wall> wall;
  private final Deployments deployments = new Deployments();
  private final Map<String, EarlyCancel> cancels = new HashMap<>();
  private final Incidents incidents;

  /**
   * @param wall what every report names
   */
  EntryWriter(int partition, AuditLog audit, Optional<Wall> wall) {
    this.incidents = new Incidents(partition);
    this.audit = audit;
    this.wall = wall;
  }

  void resume(LedgerFold ledger) {
    ledger.head().ifPresent(head -> audit.resume(head.sequence(), head.hash()));
    ledger.deployments().forEach(deployments::restore);
    cancels.putAll(ledger.cancels());
    incidents.resume(ledger);
  }

  /** What it remembers otherwise than the ledger. */
  Optional<String> differsFrom(LedgerFold ledger) {
    if (!cancels.equals(ledger.cancels())) {
      return Optional.of("memory has " + cancels + ", the ledger has " + ledger.cancels());
    }
    return deployments.differsFrom(ledger.deployments()).or(() -> incidents.differsFrom(ledger));
  }

  Optional<DeploymentRecord> deployed(String target) {
    return deployments.on(target);
  }

  Entry transition(
      TaskRecord before,
      TaskRecord after,
      Transition transition,
      Optional<Consumed> consumed,
      Instant now) {
    List<JournalRecord> records = new ArrayList<>();
    records.add(new Ledger(after.id(), Optional.of(after)));
    transition.reports().forEach(report -> records.add(new Status(report, after.traceparent())));
    transition.escalations().forEach(escalation -> records.add(new Escalated(escalation)));
    transition.learnings().forEach(learning -> records.add(new Learned(learning)));
    deployments
        .changed(before, after, now)
        .ifPresent(record -> {
          String key = LedgerFold.DEPLOYMENT + record.target().key();
          records.add(new Ledger(key, Optional.of(record)));
          records.add(new Deployed(record));
        });
    if (after.state().isEnd() && cancels.remove(after.id()) != null) {
      records.add(new Ledger(LedgerFold.CANCEL + after.id(), Optional.empty()));
    }
    seal(transition.audit(), records);
    return new Entry(records, consumed);
  }

  Entry refusal(
      StatusReport report, Optional<String> traceparent, AuditDraft draft, Consumed consumed) {
    List<JournalRecord> records = new ArrayList<>();
    records.add(new Status(new Prewritten<>(report.behind(wall)), traceparent));
    seal(List.of(draft), records);
    return new Entry(records, Optional.of(consumed));
  }

  /**
   * A message that does not count.
   *
   * @param report what its sender is told
   * @param address where it lies
   */
  Entry barred(
      Barred barred,
      Optional<StatusReport> report,
      AuditDraft draft,
      Consumed consumed,
      String address) {
    List<JournalRecord> records = new ArrayList<>();
    report.ifPresent(
        it -> records.add(new Status(new Prewritten<>(it.behind(wall)), barred.traceparent())));
    records.addAll(incidents.note(barred, address, draft.at()));
    seal(List.of(draft), records);
    return new Entry(records, Optional.of(consumed));
  }

  /** The same, on a topic that every worker reads; empty when it has been spoken of. */
  Optional<Entry> barred(Barred barred, String topicPartition, long offset, AuditDraft draft) {
    List<JournalRecord> records =
        new ArrayList<>(incidents.note(barred, topicPartition, offset, draft.at()));
    if (records.isEmpty()) {
      return Optional.empty();
    }
    seal(List.of(draft), records);
    return Optional.of(new Entry(records, Optional.empty()));
  }

  Incidents incidents() {
    return incidents;
  }

  Entry remember(TaskCancel cancel, AuditDraft draft, Consumed consumed) {
    EarlyCancel early = new EarlyCancel(cancel, draft.at());
    cancels.put(cancel.taskId(), early);
    List<JournalRecord> records = new ArrayList<>();
    String key = LedgerFold.CANCEL + cancel.taskId();
    records.add(new Ledger(key, Optional.of(early)));
    seal(List.of(draft), records);
    return new Entry(records, Optional.of(consumed));
  }

  /** Takes a digest out of the quarantine of its target; empty when it is in none. */
  Optional<Entry> lift(QuarantineLift lift, AuditDraft draft, Consumed consumed) {
    return deployments
        .lifted(lift, draft.at())
        .map(record -> {
          List<JournalRecord> records = new ArrayList<>();
          String key = LedgerFold.DEPLOYMENT + record.target().key();
          records.add(new Ledger(key, Optional.of(record)));
          records.add(new Deployed(record));
          seal(List.of(draft), records);
          return new Entry(records, Optional.of(consumed));
        });
  }

  Entry note(AuditDraft draft, Consumed consumed) {
    List<JournalRecord> records = new ArrayList<>();
    seal(List.of(draft), records);
    return new Entry(records, Optional.of(consumed));
  }

  /** The cancel that came before its task. */
  Optional<TaskCancel> remembered(String taskId) {
    return Optional.ofNullable(cancels.get(taskId)).map(EarlyCancel::cancel);
  }

  /** Whether another early cancel can be kept: there is no bound to what never comes. */
  boolean remembersMore() {
    return cancels.size() < MOST_CANCELS;
  }

  /** Removes the ended tasks, and the early cancels from before the instant. */
  Entry removal(List<String> taskIds, Instant before) {
    List<JournalRecord> records = new ArrayList<>();
    taskIds.forEach(id -> records.add(new Ledger(id, Optional.empty())));
    cancels
        .values()
        .removeIf(early -> {
          boolean old = early.at().isBefore(before);
          if (old) {
            String key = LedgerFold.CANCEL + early.cancel().taskId();
            records.add(new Ledger(key, Optional.empty()));
          }
          return old;
        });
    return new Entry(records, Optional.empty());
  }

  private void seal(List<AuditDraft> drafts, List<JournalRecord> records) {
    Optional<AuditRecord> last = Optional.empty();
    for (AuditDraft draft : drafts) {
      AuditRecord sealed = audit.seal(draft);
      records.add(new Audited(sealed));
      last = Optional.of(sealed);
    }
    last.ifPresent(record -> {
      AuditHead head = new AuditHead(record.sequence(), record.hash());
      records.add(new Ledger(LedgerFold.AUDIT, Optional.of(head)));
    });
  }
}
