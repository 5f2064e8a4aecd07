package dev.opsagent.simulation;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.StepContext;
import dev.opsagent.execution.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One writer of a {@link SimulatedLedger}, from its beginning to its loss: as Kafka's journal is,
 * in every kind of {@link Weather}. Once it is lost it stays lost.
 */
public final class SimulatedJournal implements Journal {
  private static final Duration AGAIN = Duration.ofMillis(500);

  private final SimulatedLedger ledger;
  private final Timers timers;
  private final Executor executor;
  private final Weather weather;
  private final long epoch;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private boolean writing;
  private boolean lost;
  private boolean dead;

  private record Waiting(Entry entry, Consumer<Appended> done) {}

  /** Begins as the partition's next writer; the one before is shut out. */
  public SimulatedJournal(
      SimulatedLedger ledger, Timers timers, Executor executor, Weather weather) {
    this.ledger = ledger;
    this.timers = timers;
    this.executor = executor;
    this.weather = weather;
    this.epoch = ledger.begin();
  }

  @Override
  public void append(Entry entry, Consumer<Appended> done) {
    queue.add(new Waiting(entry, done));
    write();
  }

  @Override
  public void check() {
    if (lost || dead || !weather.leaseHolds()) {
      throw new StepContext.LeaseLost("the lease of writer " + epoch + " ran out");
    }
  }

  /** Gives up: whatever waits is answered LOST. */
  public void lose() {
    lost = true;
    write();
  }

  /** Whether nothing can be written any more. */
  public boolean lost() {
    return lost;
  }

  /** Whether a later writer has begun. */
  boolean fenced() {
    return ledger.fenced(epoch);
  }

  private void write() {
    if (writing || dead || queue.isEmpty()) {
      return;
    }
    writing = true;
    Duration latency = lost ? Duration.ZERO : weather.latency();
    if (latency.isZero()) {
      executor.execute(this::end);
      return;
    }
    var _ = timers.schedule(latency, this::end);
  }

  private void end() {
    Weather.Fate fate =
        lost || ledger.fenced(epoch) ? Weather.Fate.ABORTED_UNKNOWN : weather.fate();
    if (fate == Weather.Fate.DELAYED) {
      var _ = timers.schedule(AGAIN, this::end);
      return;
    }
    List<Waiting> batch = new ArrayList<>();
    int most = weather.most();
    while (!queue.isEmpty() && batch.size() < most) {
      batch.add(queue.remove());
    }
    writing = false;
    settle(batch, fate);
    write();
  }

  private void settle(List<Waiting> batch, Weather.Fate fate) {
    List<Entry> entries = batch.stream().map(Waiting::entry).toList();
    switch (fate) {
      case COMMITTED -> {
        ledger.commit(epoch, entries);
        answer(batch, Appended.COMMITTED);
      }
      case COMMITTED_UNKNOWN -> {
        ledger.commit(epoch, entries);
        lost = true;
        answer(batch, Appended.LOST);
      }
      case ABORTED_UNKNOWN -> {
        lost = true;
        answer(batch, Appended.LOST);
      }
      case COMMITTED_DEAD -> {
        dead = true;
        ledger.commit(epoch, entries);
      }
      case OPEN_DEAD -> {
        dead = true;
        ledger.leaveOpen(epoch, entries);
      }
      case DELAYED -> throw new IllegalStateException("not over yet");
    }
  }

  private static void answer(List<Waiting> batch, Appended outcome) {
    batch.forEach(waiting -> waiting.done().accept(outcome));
  }
}
