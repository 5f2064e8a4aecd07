package dev.opsagent.simulation;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.JournalContract;
import dev.opsagent.execution.JournalRecord.Ledger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class SimulatedJournalTest extends JournalContract {
  private final VirtualTime time = new VirtualTime();
  private final SimulatedLedger ledger = new SimulatedLedger();
  private boolean leaseHolds = true;

  @Override
  protected Journal open() {
    return journal(Weather.Fate.COMMITTED);
  }

  @Override
  protected Journal openWithoutReplies(boolean committed) {
    return journal(committed ? Weather.Fate.COMMITTED_UNKNOWN : Weather.Fate.ABORTED_UNKNOWN);
  }

  @Override
  protected void dieInTransaction(Ledger record) {
    Journal journal = journal(Weather.Fate.OPEN_DEAD);
    journal.append(new Entry(List.of(record), Optional.empty()), _ -> {});
    time.settle();
  }

  @Override
  protected void writeBesides(Ledger record) {
    ledger.writeBesides(record);
  }

  @Override
  protected Optional<List<String>> restore() {
    return ledger.restore().map(lines -> lines.stream().map(Ledger::key).toList());
  }

  @Override
  protected void loseLease() {
    leaseHolds = false;
  }

  @Override
  protected void awaitAnswers(int count) {
    time.settle();
  }

  @Override
  protected void close(Journal journal) {
    ((SimulatedJournal) journal).lose();
  }

  private SimulatedJournal journal(Weather.Fate fate) {
    return new SimulatedJournal(ledger, time, time, new Always(fate));
  }

  private final class Always implements Weather {
    private final Fate fate;

    Always(Fate fate) {
      this.fate = fate;
    }

    @Override
    public Duration latency() {
      return Duration.ZERO;
    }

    @Override
    public int most() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Fate fate() {
      return fate;
    }

    @Override
    public boolean leaseHolds() {
      return leaseHolds;
    }
  }
}
