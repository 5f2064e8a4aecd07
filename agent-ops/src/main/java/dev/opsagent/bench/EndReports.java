package dev.opsagent.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the reports of one side and tells which tasks have ended, by their bytes alone, so that
 * both sides cost it the same.
 */
final class EndReports implements AutoCloseable {
  private static final byte[] END = "\"SUCCEEDED\"".getBytes(StandardCharsets.US_ASCII);

  private final Consumer<byte[], byte[]> consumer;
  private final BiConsumer<Long, Long> ended;
  private final Thread thread;

  /**
   * @param ended told a task's number and when its end was seen, in nanoseconds
   */
  EndReports(String bootstrap, String topic, BiConsumer<Long, Long> ended) {
    this.ended = ended;
    this.consumer = reader(bootstrap);
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(it -> new TopicPartition(it.topic(), it.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    this.thread = Thread.ofPlatform().daemon().name("end-reports").start(this::read);
  }

  /** A consumer of committed records outside every group. */
  static Consumer<byte[], byte[]> reader(String bootstrap) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "none",
            "max.poll.records",
            5000),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private void read() {
    try (consumer) {
      while (true) {
        var records = consumer.poll(Duration.ofSeconds(1));
        long now = System.nanoTime();
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (ends(record.value())) {
            ended.accept(Tasks.number(record.key()), now);
          }
        }
      }
    } catch (WakeupException _) {
      // closed
    }
  }

  /** Whether the report holds the state in which every task of a measurement ends. */
  static boolean ends(byte[] report) {
    for (int i = 0; i <= report.length - END.length; i++) {
      if (report[i] == END[0] && matches(report, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(byte[] report, int at) {
    for (int i = 1; i < END.length; i++) {
      if (report[at + i] != END[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
