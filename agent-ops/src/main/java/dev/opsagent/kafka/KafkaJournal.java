package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.StepContext;
import dev.opsagent.kafka.Transaction.Attempt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of one owned partition: one transactional producer, one thread that writes whatever
 * waits in one transaction. Once it is lost it stays lost: whoever owns the partition then must
 * restore its state from the ledger, because the outcome of the last transaction is not known or
 * another worker has taken over.
 */
public final class KafkaJournal implements Journal, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaJournal.class);

  /** Keeps a transaction short; more than this waits for the next one. */
  private static final int MOST_ENTRIES = 1_000;

  /**
   * Lets more entries join, and keeps off the time in which the broker still ends the transaction
   * before and answers with a retry of 20 ms.
   */
  private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * How long the first entry of an order waits for the next: where the plan takes no look at the
   * world, it is made in this time, and needs no transaction of its own.
   */
  private static final long GATHER_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private static final int MOST_ABORTS = 5;

  private final int partition;
  private final Transaction transaction;
  private final Membership membership;
  private final Duration patience;
  private final BusListener listener;
  private final LongSupplier nanoTime;
  private final Thread writer;

  private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final Map<Input, Long> positions;
  private long lastCommit;
  private volatile boolean closed;
  private volatile boolean ended;
  private volatile long ledgerEnd;
  private final AtomicBoolean firstLoss = new AtomicBoolean(true);
  private volatile Optional<String> lostBecause = Optional.empty();

  private record Waiting(Entry entry, Consumer<Appended> done) {}

  private static final Waiting STOP = new Waiting(new Entry(List.of(), Optional.empty()), _ -> {});

  /**
   * @param transaction on a producer whose transactions are initialised
   * @param positions the next offset of each input
   * @param ledgerEnd the end of the ledger when the producer's transactions were initialised
   * @param patience how long to wait for a newer generation, or for the lease, before giving up
   */
  KafkaJournal(
      int partition,
      Transaction transaction,
      Map<Input, Long> positions,
      long ledgerEnd,
      Membership membership,
      Duration patience,
      BusListener listener,
      LongSupplier nanoTime) {
    this.partition = partition;
    this.transaction = transaction;
    this.positions = new EnumMap<>(positions);
    this.ledgerEnd = ledgerEnd;
    this.membership = membership;
    this.patience = patience;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.lastCommit = nanoTime.getAsLong() - GAP_NANOS;
    this.writer = Thread.ofPlatform().daemon().name("journal-" + partition).start(this::write);
  }

  @Override
  public String address(Consumed consumed) {
    return transaction.address(consumed);
  }

  @Override
  public void append(Entry entry, Consumer<Appended> done) {
    pending.incrementAndGet();
    queue.add(new Waiting(entry, done));
    if (ended) {
      Thread.ofVirtual().start(this::answerTheRest);
    }
  }

  /** Entries whose outcome is still open. */
  public int pending() {
    return pending.get();
  }

  /** Why nothing can be written any more, once that is so. */
  public Optional<String> lostBecause() {
    return lostBecause;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Waits for the lease to be renewed, for as long as a hand-over between other workers may
   * delay that, before it throws.
   */
  @Override
  public void check() {
    if (!over() && membership.leaseHolds()) {
      return;
    }
    if (!awaitLease()) {
      throw new StepContext.LeaseLost(
          "the lease on partition %d ran out%s"
              .formatted(partition, lostBecause.map(why -> ": " + why).orElse("")));
    }
  }

  private boolean awaitLease() {
    try {
      return membership.awaitLease(patience, this::over);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The offset after the last ledger record known to be committed; 0 when none is known. */
  long ledgerEnd() {
    return ledgerEnd;
  }

  /** Gives up at once, without waiting for an answer; what waits is answered LOST. */
  void lose(String why) {
    if (firstLoss.compareAndSet(true, false)) {
      lostBecause = Optional.of(why);
      listener.journalLost(partition, why);
    }
    membership.wake();
  }

  /** Ends after the transaction that is being written; what waits behind it is answered LOST. */
  @Override
  public void close() {
    closed = true;
    membership.wake();
    queue.add(STOP);
  }

  /** Whether the thread ended within the time. */
  boolean awaitEnd(Duration atMost) throws InterruptedException {
    return writer.join(atMost);
  }

  private boolean over() {
    return closed || lostBecause.isPresent();
  }

  private void write() {
    try {
      while (!closed) {
        next().ifPresent(this::settle);
      }
    } finally {
      transaction.close();
      ended = true; // before the queue is emptied, so that nothing is left in it for ever
      answerTheRest();
    }
  }

  private Optional<List<Waiting>> next() {
    try {
      List<Waiting> batch = new ArrayList<>();
      Waiting first = queue.take();
      batch.add(first);
      pauseUntil(Math.max(lastCommit + GAP_NANOS, gathered(first)));
      queue.drainTo(batch, MOST_ENTRIES - 1);
      batch.removeIf(waiting -> waiting.equals(STOP));
      return Optional.of(batch).filter(it -> !it.isEmpty());
    } catch (InterruptedException _) {
      return Optional.empty(); // nobody interrupts this thread but a library that errs
    }
  }

  private long gathered(Waiting first) {
    return first.entry().consumed().isPresent() ? nanoTime.getAsLong() + GATHER_NANOS : lastCommit;
  }

  private void pauseUntil(long due) {
    for (long now = nanoTime.getAsLong(); due - now > 0; now = nanoTime.getAsLong()) {
      LockSupport.parkNanos(due - now);
    }
  }

  private void settle(List<Waiting> batch) {
    Appended outcome = Appended.LOST;
    try {
      outcome = over() ? Appended.LOST : commit(batch.stream().map(Waiting::entry).toList());
    } catch (RuntimeException e) {
      LOG.error("journal of partition {} stops at an entry that cannot be written", partition, e);
      lose(e.toString());
    }
    answer(batch, outcome);
  }

  private Appended commit(List<Entry> entries) {
    Map<Input, Long> moved = Transaction.advance(positions, entries);
    for (int aborts = 0; !over(); ) {
      Optional<ConsumerGroupMetadata> group = membership.current();
      long began = nanoTime.getAsLong();
      Attempt attempt =
          group.map(it -> transaction.attempt(entries, moved, it)).orElseGet(Attempt.Stale::new);
      switch (attempt) {
        case Attempt.Committed(long end) -> {
          ledgerEnd = Math.max(ledgerEnd, end);
          committed(moved, entries.size(), began);
          return Appended.COMMITTED;
        }
        case Attempt.Stale _ -> awaitNewerThan(group);
        case Attempt.Aborted(String why) -> {
          if (++aborts == MOST_ABORTS) {
            lose("aborted again and again: " + why);
          }
        }
        case Attempt.Broken(String why) -> lose(why);
      }
    }
    return Appended.LOST;
  }

  private void committed(Map<Input, Long> moved, int entries, long began) {
    positions.putAll(moved);
    lastCommit = nanoTime.getAsLong();
    listener.committed(partition, entries, Duration.ofNanos(lastCommit - began));
  }

  private void awaitNewerThan(Optional<ConsumerGroupMetadata> refused) {
    try {
      if (!membership.awaitOther(refused, patience, this::over) && !over()) {
        lose("the group has refused generation " + refused.map(g -> g.generationId()).orElse(-1));
      }
    } catch (InterruptedException _) {
      lose("interrupted");
    }
  }

  private void answerTheRest() {
    List<Waiting> rest = new ArrayList<>();
    queue.drainTo(rest);
    rest.removeIf(waiting -> waiting.equals(STOP));
    answer(rest, Appended.LOST);
  }

  private void answer(List<Waiting> batch, Appended outcome) {
    for (Waiting waiting : batch) {
      pending.decrementAndGet();
      try {
        waiting.done().accept(outcome);
      } catch (RuntimeException e) {
        LOG.error("partition {} could not take the outcome of an entry", partition, e);
        lose(e.toString());
      }
    }
  }
}
