package dev.opsagent.kafka;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.RecordPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit up to where it ends now. */
public final class AuditHistory {
  private static final Logger LOG = LoggerFactory.getLogger(AuditHistory.class);
  private static final int BATCH = 5_000;

  private final ExecutorService taker;
  private final Consumer<AuditEntry> entries;
  private List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>(BATCH);
  private Optional<Future<?>> before = Optional.empty();

  private AuditHistory(ExecutorService taker, Consumer<AuditEntry> entries) {
    this.taker = taker;
    this.entries = entries;
  }

  /**
   * Hands over every record that has a value, in order per partition, on one thread; the next ones
   * are fetched meanwhile.
   *
   * @throws dev.opsagent.protocol.ClientFailure when the topic cannot be read
   */
  public static void read(OpsClient client, String topic, Consumer<AuditEntry> entries) {
    try (ExecutorService taker =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("audit").factory())) {
      AuditHistory history = new AuditHistory(taker, entries);
      client.readAll(topic, Optional.empty(), history::take);
      history.handOver();
      history.awaitTaken();
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    batch.add(record);
    if (batch.size() == BATCH) {
      handOver();
    }
  }

  /** Lets one batch wait while another one is taken, so that memory stays bounded. */
  private void handOver() {
    awaitTaken();
    List<ConsumerRecord<byte[], byte[]>> full = batch;
    batch = new ArrayList<>(BATCH);
    before = Optional.of(taker.submit(() -> full.forEach(this::hand)));
  }

  private void awaitTaken() {
    try {
      if (before.isPresent()) {
        var _ = before.orElseThrow().get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the audit was read", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    }
  }

  private void hand(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() != null) {
      entries.accept(new AuditEntry(place(record), record.value(), () -> decoded(record)));
    }
  }

  private static RecordPosition place(ConsumerRecord<byte[], byte[]> record) {
    return new RecordPosition(record.topic(), record.partition(), record.offset());
  }

  private static Optional<AuditRecord> decoded(ConsumerRecord<byte[], byte[]> record) {
    try {
      return EventCodec.read(record.value(), record.headers()).message() instanceof AuditRecord it
          ? Optional.of(it)
          : Optional.empty();
    } catch (InvalidMessage unreadable) {
      LOG.warn("skipped {}: {}", place(record), unreadable.getMessage());
      return Optional.empty();
    }
  }
}
