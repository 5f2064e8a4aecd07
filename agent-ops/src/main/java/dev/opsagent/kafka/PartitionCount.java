package dev.opsagent.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The number of partitions that the fleet began with, kept as the first record of the ledger.
 * Another number would send targets to partitions whose ledger does not know their tasks.
 */
final class PartitionCount {
  /** Reserved among the ledger's keys. */
  static final String KEY = "~partitions";

  private final Clients clients;
  private final TopicPartition ledger;

  PartitionCount(Clients clients, String ledger) {
    this.clients = clients;
    this.ledger = new TopicPartition(ledger, 0);
  }

  /** The recorded count; usually found in the first record. */
  OptionalInt recorded(Duration timeout) {
    try (Consumer<byte[], byte[]> consumer = clients.ledger()) {
      consumer.assign(List.of(ledger));
      consumer.seekToBeginning(List.of(ledger));
      long end = consumer.endOffsets(List.of(ledger), timeout).getOrDefault(ledger, 0L);
      while (consumer.position(ledger, timeout) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
          if (KEY.equals(text(record.key())) && record.value() != null) {
            return OptionalInt.of(Integer.parseInt(text(record.value())));
          }
        }
      }
      return OptionalInt.empty();
    }
  }

  void record(int count, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    try (Producer<byte[], byte[]> producer = clients.plainWriter()) {
      producer
          .send(new ProducerRecord<>(ledger.topic(), 0, bytes(KEY), bytes("" + count)))
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
