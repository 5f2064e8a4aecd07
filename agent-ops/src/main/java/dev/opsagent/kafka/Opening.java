package dev.opsagent.kafka;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.kafka.PartitionHost.Shard;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** The opening of one partition, under way on a thread of its own while the poll loop goes on. */
final class Opening {
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final Thread thread;

  /** What opening came to. */
  sealed interface Outcome {
    /**
     * It takes records.
     *
     * @param refusedBefore whether the PM believes it does not
     */
    record Opened(
        KafkaJournal journal,
        Shard shard,
        InputPositions.Positions positions,
        boolean refusedBefore)
        implements Outcome {
      void abandon() {
        shard.lost();
        journal.lose("the partition was taken away");
        journal.close();
      }
    }

    record Failed(Failure failure) implements Outcome {}
  }

  /** What openings have in common. */
  record Surroundings(
      BusSettings settings,
      Clients clients,
      Admin admin,
      PartitionHost host,
      Membership membership,
      BusListener listener,
      LongSupplier nanoTime) {
    /** A rebalance may keep the lease from being renewed for the grace time of another worker. */
    Duration patience() {
      return settings.sessionTimeout().plus(settings.revokeGrace());
    }

    JournalTopics topics(int partition) {
      return new JournalTopics(
          settings.topics(), partition, settings.workerId(), settings.redactor());
    }
  }

  private Opening(Surroundings around, int partition, Runnable ended) {
    this.thread =
        Thread.ofVirtual()
            .name("open-" + partition)
            .unstarted(() -> {
              outcome.complete(run(around, partition));
              ended.run();
            });
  }

  /**
   * @param ended called once the outcome stands
   */
  static Opening start(Surroundings around, int partition, Runnable ended) {
    Opening opening = new Opening(around, partition, ended);
    opening.thread.start();
    return opening;
  }

  Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome.getNow(null));
  }

  /** The partition is gone: what was opened is let go of, now or when it stands. */
  void cancel() {
    thread.interrupt();
    var _ =
        outcome.thenAccept(it -> {
          if (it instanceof Outcome.Opened opened) {
            opened.abandon();
          }
        });
  }

  private static Outcome run(Surroundings around, int partition) {
    try {
      return open(around, partition);
    } catch (PartitionHost.Refused e) {
      return new Outcome.Failed(e.failure());
    } catch (InterruptedException _) {
      return failed(partition, "interrupted");
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      return failed(partition, cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
  }

  private static Outcome open(Surroundings around, int partition)
      throws PartitionHost.Refused, InterruptedException, ExecutionException, TimeoutException {
    JournalTopics topics = around.topics(partition);
    Producer<byte[], byte[]> producer = around.clients().writer(partition);
    Transaction transaction = new Transaction(producer, topics);
    InputPositions.Positions positions;
    try {
      // A worker that slept since it was given the partition must not fence the rightful owner.
      if (!around.membership().leaseHolds()) {
        throw new KafkaException("the group has not confirmed the assignment");
      }
      hanging(around).end(partition, around.clients().transactionalId(partition));
      producer.initTransactions();
      positions = positions(around).of(topics);
    } catch (PartitionHost.Refused
        | ExecutionException
        | TimeoutException
        | RuntimeException
        | InterruptedException e) {
      transaction.close();
      throw e;
    }
    return host(around, partition, transaction, positions);
  }

  private static HangingTransaction hanging(Surroundings around) {
    return new HangingTransaction(around.admin(), around.settings().topics(), around.listener());
  }

  private static InputPositions positions(Surroundings around) {
    return new InputPositions(around.admin(), around.settings().group(), around.listener());
  }

  private static Outcome host(
      Surroundings around,
      int partition,
      Transaction transaction,
      InputPositions.Positions positions)
      throws PartitionHost.Refused, InterruptedException {
    KafkaJournal journal =
        new KafkaJournal(
            partition,
            transaction,
            positions.inputs(),
            positions.ledgerEnd(),
            around.membership(),
            around.patience(),
            around.listener(),
            around.nanoTime());
    try {
      LedgerReader reader = reader(around, partition);
      Shard shard =
          around.host().open(partition, journal, reader, heard(around, partition, positions));
      return new Outcome.Opened(journal, shard, positions, reader.refusedBefore());
    } catch (PartitionHost.Refused | InterruptedException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static ControlHistory heard(
      Surroundings around, int partition, InputPositions.Positions positions) {
    return new ControlHistory(
        around.clients(),
        around.admin(),
        around.topics(partition).input(Input.CONTROL),
        positions.inputs().getOrDefault(Input.CONTROL, 0L),
        around.settings().restoreTimeout(),
        around.nanoTime());
  }

  private static LedgerReader reader(Surroundings around, int partition) {
    return new LedgerReader(
        around.clients(),
        around.admin(),
        around.topics(partition).ledger(),
        around.settings().restoreTimeout(),
        around.nanoTime());
  }

  private static Outcome failed(int partition, String cause) {
    return new Outcome.Failed(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            "open partition " + partition,
            cause,
            "see that the brokers answer; it is tried again"));
  }
}
