package dev.opsagent.execution;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.StatusReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A journal in memory that can die after any number of entries. */
final class MemoryJournal implements Journal {
  final List<Entry> entries = new ArrayList<>();
  private int left = Integer.MAX_VALUE;

  /** Commits so many entries more, and loses all that come after. */
  void dieAfter(int more) {
    left = more;
  }

  @Override
  public void append(Entry entry, Consumer<Appended> done) {
    if (left <= 0) {
      done.accept(Appended.LOST);
      return;
    }
    left--;
    entries.add(entry);
    done.accept(Appended.COMMITTED);
  }

  @Override
  public void check() {
    if (left <= 0) {
      throw new StepContext.LeaseLost("the journal is dead");
    }
  }

  LedgerFold fold(KnownTasks known) {
    LedgerFold fold = new LedgerFold(known);
    long offset = 0;
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Ledger(var key, var value)) {
        fold.add(key, value, offset++);
      }
    }
    return fold;
  }

  List<JournalRecord> records() {
    return entries.stream().flatMap(entry -> entry.records().stream()).toList();
  }

  List<StatusReport> reports(String taskId) {
    List<StatusReport> reports = new ArrayList<>();
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Status(var report, _) && report.taskId().equals(taskId)) {
        reports.add(report);
      }
    }
    return reports;
  }

  StatusReport last(String taskId) {
    return reports(taskId).getLast();
  }

  List<Escalation> escalations() {
    List<Escalation> escalations = new ArrayList<>();
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Escalated(var escalation)) {
        escalations.add(escalation);
      }
    }
    return escalations;
  }

  List<AuditRecord> audit() {
    List<AuditRecord> audit = new ArrayList<>();
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Audited(var sealed)) {
        audit.add(sealed);
      }
    }
    return audit;
  }
}
