package dev.opsagent.simulation;

import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.execution.JournalRecord.Ledger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The topics of one partition in memory, with a broker's rules: transactions become visible whole,
 * in order, and together with the positions of the inputs; each writer that begins shuts out the
 * one before and aborts what it left open; an open transaction hides everything behind it.
 */
public final class SimulatedLedger {
  private final List<Transaction> log = new ArrayList<>();
  private final Map<Input, Long> positions = new EnumMap<>(Input.class);
  private final Consumer<Entry> committed;
  private long epoch;

  private enum Status {
    OPEN,
    COMMITTED,
    ABORTED
  }

  /** A transaction of the writer of an epoch; of somebody else when there is none. */
  private static final class Transaction {
    private final Optional<Long> writer;
    private List<JournalRecord> records;
    private Status status;

    Transaction(Optional<Long> writer, List<JournalRecord> records, Status status) {
      this.writer = writer;
      this.records = records;
      this.status = status;
    }
  }

  public SimulatedLedger() {
    this(_ -> {});
  }

  /**
   * @param committed told of each entry as it becomes visible
   */
  SimulatedLedger(Consumer<Entry> committed) {
    this.committed = committed;
    for (Input input : Input.values()) {
      positions.put(input, 0L);
    }
  }

  /** Begins as the partition's next writer, and returns its epoch. */
  long begin() {
    log.stream()
        .filter(it -> it.writer.isPresent() && it.status == Status.OPEN)
        .forEach(it -> it.status = Status.ABORTED);
    return ++epoch;
  }

  boolean fenced(long writer) {
    return writer != epoch;
  }

  /** Commits the entries of a writer that is not fenced. */
  void commit(long writer, List<Entry> entries) {
    write(Optional.of(writer), entries, Status.COMMITTED);
    for (Entry entry : entries) {
      entry.consumed().ifPresent(it -> positions.merge(it.input(), it.offset() + 1, Math::max));
      committed.accept(entry);
    }
  }

  /** The writer dies before its transaction ends. */
  void leaveOpen(long writer, List<Entry> entries) {
    write(Optional.of(writer), entries, Status.OPEN);
  }

  /** A record that is no part of a transaction of the partition's writers. */
  public void writeBesides(JournalRecord record) {
    log.add(new Transaction(Optional.empty(), List.of(record), Status.COMMITTED));
  }

  /** Somebody else's transaction, which hides what comes behind it until it is ended. */
  Runnable hang() {
    Transaction hanging = new Transaction(Optional.empty(), List.of(), Status.OPEN);
    log.add(hanging);
    return () -> hanging.status = Status.ABORTED;
  }

  private void write(Optional<Long> writer, List<Entry> entries, Status status) {
    List<JournalRecord> records = entries.stream().flatMap(it -> it.records().stream()).toList();
    log.add(new Transaction(writer, records, status));
  }

  /** The next offset of each input. */
  Map<Input, Long> positions() {
    return Map.copyOf(positions);
  }

  /** The ledger's records up to its end; absent while an open transaction may hide some. */
  public Optional<List<Ledger>> restore() {
    return log.stream().anyMatch(it -> it.status == Status.OPEN)
        ? Optional.empty()
        : Optional.of(ledger());
  }

  /** Forgets the ledger records that later ones replace. */
  void compact() {
    Set<String> seen = new HashSet<>();
    for (Transaction transaction : log.reversed()) {
      if (transaction.status == Status.COMMITTED) {
        transaction.records = latest(transaction.records, seen);
      }
    }
  }

  private static List<JournalRecord> latest(List<JournalRecord> records, Set<String> seen) {
    List<JournalRecord> kept = new ArrayList<>();
    for (JournalRecord record : records.reversed()) {
      if (!(record instanceof Ledger line) || seen.add(line.key())) {
        kept.addFirst(record);
      }
    }
    return kept;
  }

  private List<Ledger> ledger() {
    return committed().stream().filter(Ledger.class::isInstance).map(Ledger.class::cast).toList();
  }

  /** Everything that is committed, of all topics, in order. */
  public List<JournalRecord> committed() {
    return log.stream()
        .filter(it -> it.status == Status.COMMITTED)
        .flatMap(it -> it.records.stream())
        .toList();
  }
}
