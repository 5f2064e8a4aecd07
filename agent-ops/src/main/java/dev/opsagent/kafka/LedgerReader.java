package dev.opsagent.kafka;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads a partition of {@code ops.ledger} to the high watermark as it stands when reading begins.
 * Reading committed records to "the end" is not enough: an open transaction of a dead writer hides
 * newer committed records behind it.
 */
public final class LedgerReader {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Clients clients;
  private final Admin admin;
  private final TopicPartition partition;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private boolean noted;
  private volatile boolean refusedBefore;

  LedgerReader(
      Clients clients,
      Admin admin,
      TopicPartition partition,
      Duration timeout,
      LongSupplier nanoTime) {
    this.clients = clients;
    this.admin = admin;
    this.partition = partition;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /**
   * Hands out every record, in order.
   *
   * @param from the first offset that is wanted; 0 for the beginning
   * @throws InterruptedException when the partition was taken away meanwhile
   */
  public Restored read(long from, java.util.function.Consumer<Line> lines)
      throws InterruptedException {
    long began = nanoTime.getAsLong();
    try {
      return readTo(from, highWatermark(), began, lines);
    } catch (InterruptException _) {
      Thread.interrupted();
      throw new InterruptedException("taken away while the ledger was read");
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return refused(ReasonCode.UNREACHABLE, reason(e), "see that the brokers answer");
    }
  }

  private Restored readTo(long from, long mark, long began, java.util.function.Consumer<Line> lines)
      throws InterruptedException {
    noted = false;
    try (Consumer<byte[], byte[]> consumer = clients.ledger()) {
      consumer.assign(List.of(partition));
      seek(consumer, from);
      while (position(consumer) < mark) {
        if (nanoTime.getAsLong() - began > timeout.toNanos()) {
          return stuck(position(consumer), mark);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          hand(record, lines);
        }
      }
      refusedBefore = from == 0 ? noted : refusedBefore; // only the whole ledger can tell
      return new Restored.Complete(mark);
    }
  }

  /** Compaction leaves gaps, and reading goes on after them; the beginning may have moved. */
  private void seek(Consumer<byte[], byte[]> consumer, long from) {
    if (from == 0) {
      consumer.seekToBeginning(List.of(partition));
      return;
    }
    consumer.seek(partition, from);
  }

  private void hand(
      ConsumerRecord<byte[], byte[]> record, java.util.function.Consumer<Line> lines) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    switch (key) {
      case PartitionCount.KEY -> {}
      case RefusalNotices.KEY -> noted = record.value() != null;
      default -> lines.accept(new Line(key, Optional.ofNullable(record.value()), record.offset()));
    }
  }

  /** Whether the PM was told of a refusal of this partition, and not yet of its end. */
  boolean refusedBefore() {
    return refusedBefore;
  }

  /** Not a record's offset: the last one may be a transaction's marker, which nobody sees. */
  private long position(Consumer<byte[], byte[]> consumer) {
    return consumer.position(partition, timeout);
  }

  private long highWatermark() throws InterruptedException, ExecutionException, TimeoutException {
    return admin
        .listOffsets(
            Map.of(partition, OffsetSpec.latest()),
            new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
        .partitionResult(partition)
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .offset();
  }

  private Restored stuck(long position, long mark) {
    String cause =
        "stands at offset %d of %d after %d s; a transaction that never ended may hide the rest"
            .formatted(position, mark, timeout.toSeconds());
    return refused(
        ReasonCode.TIMEOUT,
        cause,
        "look for it with kafka-transactions.sh find-hanging, or allow more time");
  }

  private Restored refused(ReasonCode code, String cause, String fix) {
    String action = "restore partition " + partition.partition() + " of " + partition.topic();
    return new Restored.Refused(Failure.passing(code, action, cause, fix));
  }

  private static String reason(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  /**
   * A record of the ledger.
   *
   * @param value absent in a tombstone
   */
  public record Line(String key, Optional<byte[]> value, long offset) {}

  /** What reading came to. */
  public sealed interface Restored {
    /**
     * Everything that was ever committed was handed out.
     *
     * @param end the offset after the last record
     */
    record Complete(long end) implements Restored {}

    /** The state is not known, and must not be acted on. */
    record Refused(Failure failure) implements Restored {}
  }
}
