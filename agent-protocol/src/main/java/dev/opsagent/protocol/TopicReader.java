package dev.opsagent.protocol;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads whole topics without a consumer group: nothing is committed, nobody is disturbed. */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Admin admin;
  private final ClientProperties properties;
  private final ClientSettings settings;

  TopicReader(ClientProperties properties, ClientSettings settings) {
    this.properties = properties;
    this.settings = settings;
    this.admin = admin(properties);
  }

  private static Admin admin(ClientProperties properties) {
    try {
      return Admin.create(properties.admin());
    } catch (KafkaException e) {
      throw ClientFailure.of("make a Kafka client", e);
    }
  }

  /** The topic's partitions; asks the brokers, so it also tells whether they answer. */
  Set<TopicPartition> partitions(String topic) {
    return get("look up topic " + topic, admin.describeTopics(Set.of(topic)).allTopicNames())
        .values()
        .stream()
        .flatMap(description -> description.partitions().stream())
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .collect(Collectors.toSet());
  }

  /**
   * The high watermark of every partition. Not the end that a read_committed consumer is told: that
   * one lies before the first open transaction, and what was committed after it would be missed.
   */
  Map<TopicPartition, Long> ends(String topic) {
    return offsets(topic, OffsetSpec.latest());
  }

  /** The offset of every partition at which reading begins. */
  Map<TopicPartition, Long> starts(String topic, StartAt start) {
    return switch (start) {
      case StartAt.Beginning _ -> offsets(topic, OffsetSpec.earliest());
      case StartAt.Now _ -> ends(topic);
      case StartAt.Time(var instant) -> after(topic, instant.toEpochMilli());
    };
  }

  private Map<TopicPartition, Long> after(String topic, long millis) {
    Map<TopicPartition, Long> result = new HashMap<>(ends(topic));
    // A partition without a record that young answers -1: it is read from its end.
    offsets(topic, OffsetSpec.forTimestamp(millis)).entrySet().stream()
        .filter(entry -> entry.getValue() >= 0)
        .forEach(entry -> result.put(entry.getKey(), entry.getValue()));
    return result;
  }

  private Map<TopicPartition, Long> offsets(String topic, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> wanted =
        partitions(topic).stream().collect(Collectors.toMap(Function.identity(), _ -> spec));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        get("look up offsets of " + topic, admin.listOffsets(wanted).all());
    return found.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  /** A consumer that stands at the given offsets. */
  KafkaConsumer<byte[], byte[]> open(Map<TopicPartition, Long> starts) {
    return open(starts, properties.consumer());
  }

  private static KafkaConsumer<byte[], byte[]> open(
      Map<TopicPartition, Long> starts, Map<String, Object> configuration) {
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(configuration);
    consumer.assign(starts.keySet());
    starts.forEach(consumer::seek);
    return consumer;
  }

  /**
   * Reads up to the high watermark that each partition has when the call begins.
   *
   * @throws ReadStalled when an open transaction keeps the end out of reach
   */
  void readAll(String topic, StartAt start, Consumer<ConsumerRecord<byte[], byte[]>> to) {
    Map<TopicPartition, Long> ends = ends(topic);
    Map<TopicPartition, Long> starts = starts(topic, start);
    try (KafkaConsumer<byte[], byte[]> consumer = open(starts, properties.catchUp())) {
      readUntil(consumer, ends, to);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw ClientFailure.of("read topic " + topic, e);
    }
  }

  private void readUntil(
      KafkaConsumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      Consumer<ConsumerRecord<byte[], byte[]>> to) {
    long progress = System.nanoTime();
    long before = -1;
    while (!reached(consumer, ends)) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition partition : records.partitions()) {
        long end = ends.getOrDefault(partition, 0L);
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          if (record.offset() < end) {
            to.accept(record);
          }
        }
      }
      long now = positions(consumer, ends);
      if (now != before) {
        before = now;
        progress = System.nanoTime();
      }
      if (System.nanoTime() - progress > settings.stall().toNanos()) {
        throw stalled(consumer, ends);
      }
    }
  }

  /** Whether the consumer has passed all that stood before the given offsets. */
  static boolean reached(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(entry -> consumer.position(entry.getKey()) >= entry.getValue());
  }

  private static long positions(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.keySet().stream().mapToLong(consumer::position).sum();
  }

  private static ReadStalled stalled(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    String where =
        ends.entrySet().stream()
            .filter(entry -> consumer.position(entry.getKey()) < entry.getValue())
            .map(entry ->
                "%s at %d of %d"
                    .formatted(entry.getKey(), consumer.position(entry.getKey()), entry.getValue()))
            .sorted()
            .collect(Collectors.joining(", "));
    return new ReadStalled(
        Failure.passing(
            ReasonCode.TIMEOUT,
            "read to the end",
            "no progress: " + where,
            "check that the brokers answer and that no transaction stays open, then read again"),
        null);
  }

  private <T> T get(String action, KafkaFuture<T> future) {
    try {
      return future.get(settings.timeout().toMillis() * 2, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw ClientFailure.of(action, e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    admin.close(settings.timeout());
  }
}
