package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.intake.Delivery;
import dev.opsagent.protocol.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** What runs the tasks of the partitions that this worker owns. */
public interface PartitionHost {
  /**
   * Rebuilds a partition's state and makes it ready for records. Runs on a thread of its own and
   * may take seconds; the partition's inputs wait for it. Interrupted when the partition is taken
   * away meanwhile.
   *
   * @param journal writes for this partition as long as the shard lives
   * @param ledger to be read before anything is appended
   * @param heard what the partition's control topic has brought before
   * @throws Refused when the partition cannot be served; it is tried again after a while
   */
  Shard open(int partition, Journal journal, LedgerReader ledger, History heard)
      throws Refused, InterruptedException;

  /** What {@code pm.control} has brought before the partition is opened. */
  @FunctionalInterface
  interface History {
    /**
     * Hands out again, in order, what the broker took at that moment or later.
     *
     * @throws Refused when the brokers do not answer in time
     */
    void since(Instant begin, Consumer<Delivery> records) throws Refused, InterruptedException;
  }

  /** The tasks of one partition. */
  interface Shard {
    /** Takes an input record. Called in the order of the offsets; never blocks. */
    void deliver(Delivery delivery);

    /** Whether it has ended by itself, over a bug or a failing disk: it must be opened again. */
    boolean ended();

    /** Whether no further records of the input should be delivered for now. */
    boolean full(Journal.Input input);

    /**
     * The partition goes to another worker: starts no further step, lets running ones end, and
     * returns when all that was appended is answered, at the latest after the grace time.
     */
    void revoke(Duration grace);

    /** The partition may be another worker's already: kills at once what runs. Never blocks. */
    void lost();
  }

  /** A partition cannot be served. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public Refused(Failure failure) {
      super(failure.sentence());
      this.failure = failure;
    }

    public Failure failure() {
      return failure;
    }
  }
}
