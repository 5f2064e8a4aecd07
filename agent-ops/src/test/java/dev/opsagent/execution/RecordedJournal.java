package dev.opsagent.execution;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.simulation.SimulatedJournal;
import dev.opsagent.simulation.SimulatedLedger;
import dev.opsagent.simulation.VirtualTime;
import dev.opsagent.simulation.Weather;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the engines under test have committed, one after the other, and the weather of their
 * journals: after any number of entries the present one dies.
 */
final class RecordedJournal {
  private final SimulatedLedger ledger = new SimulatedLedger();
  private final Weather weather = new FewEntries();
  private int left = Integer.MAX_VALUE;
  private boolean stuck;

  /** The journal of the next engine. */
  Journal open(VirtualTime time) {
    return new SimulatedJournal(ledger, time, time, weather);
  }

  /** Commits so many entries more, and loses all that come after. */
  void dieAfter(int more) {
    left = more;
  }

  /** No broker answers from now on, or they do again. */
  void stuck(boolean now) {
    stuck = now;
  }

  private final class FewEntries implements Weather {
    @Override
    public Duration latency() {
      return Duration.ZERO;
    }

    @Override
    public int most() {
      return 1;
    }

    @Override
    public Fate fate() {
      if (stuck) {
        return Fate.DELAYED;
      }
      return left-- > 0 ? Fate.COMMITTED : Fate.ABORTED_UNKNOWN;
    }

    @Override
    public boolean leaseHolds() {
      return left > 0;
    }
  }

  LedgerFold fold() {
    LedgerFold fold = new LedgerFold();
    ledgerRecords().forEach(it -> fold.add(it.key(), it.bytes()));
    return fold;
  }

  void fill(KnownTasks known) {
    IndexFill fill = new IndexFill(known);
    ledgerRecords().forEach(it -> fill.add(it.key(), it.bytes()));
  }

  private Stream<JournalRecord.Ledger> ledgerRecords() {
    return records().stream()
        .filter(JournalRecord.Ledger.class::isInstance)
        .map(JournalRecord.Ledger.class::cast);
  }

  List<JournalRecord> records() {
    return ledger.committed();
  }

  List<StatusReport> reports(String taskId) {
    List<StatusReport> reports = new ArrayList<>();
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Status status
          && status.report().taskId().equals(taskId)) {
        reports.add(status.report());
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

  /** The version that is said to run on the target now. */
  Optional<String> running() {
    Optional<String> version = Optional.empty();
    for (JournalRecord record : records()) {
      if (record instanceof JournalRecord.Deployed(var deployed)) {
        version = deployed.running().map(DeploymentRecord.Release::version);
      }
    }
    return version;
  }
}
