package dev.opsagent.kafka;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.intake.Delivery;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads again what a partition of {@code pm.control} has brought before it is opened. */
final class ControlHistory implements PartitionHost.History {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Clients clients;
  private final Admin admin;
  private final TopicPartition partition;
  private final long end;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  /**
   * @param end the first offset that has not been heard
   */
  ControlHistory(
      Clients clients,
      Admin admin,
      TopicPartition partition,
      long end,
      Duration timeout,
      LongSupplier nanoTime) {
    this.clients = clients;
    this.admin = admin;
    this.partition = partition;
    this.end = end;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  @Override
  public void since(Instant begin, java.util.function.Consumer<Delivery> records)
      throws PartitionHost.Refused, InterruptedException {
    try {
      long from = from(begin);
      if (from < end) {
        read(from, records);
      }
    } catch (InterruptException _) {
      Thread.interrupted();
      throw new InterruptedException("taken away while its control topic was read");
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw refused(cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
  }

  private long from(Instant begin)
      throws InterruptedException, ExecutionException, TimeoutException {
    long found = offset(OffsetSpec.forTimestamp(Math.max(0, begin.toEpochMilli())));
    return found < 0 ? end : Math.max(found, offset(OffsetSpec.earliest()));
  }

  private long offset(OffsetSpec spec)
      throws InterruptedException, ExecutionException, TimeoutException {
    ListOffsetsResult asked = admin.listOffsets(Map.of(partition, spec));
    return asked.partitionResult(partition).get(timeout.toMillis(), TimeUnit.MILLISECONDS).offset();
  }

  private void read(long from, java.util.function.Consumer<Delivery> records)
      throws PartitionHost.Refused, InterruptedException {
    long began = nanoTime.getAsLong();
    try (Consumer<byte[], byte[]> consumer = clients.ledger()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      while (consumer.position(partition, timeout) < end) {
        if (nanoTime.getAsLong() - began > timeout.toNanos()) {
          throw refused("it takes longer than " + timeout.toSeconds() + " s");
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        consumer
            .poll(POLL)
            .forEach(record -> {
              if (record.offset() < end) {
                records.accept(Seat.delivery(Input.CONTROL, record));
              }
            });
      }
    }
  }

  private PartitionHost.Refused refused(String cause) {
    return new PartitionHost.Refused(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            "read again what partition " + partition + " has heard",
            cause,
            "see that the brokers answer; it is tried again"));
  }
}
