package dev.opsagent.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes the Kafka clients. What speed depends on yields to the operator's properties; what
 * correctness depends on does not.
 */
public final class Clients {
  private static final int MIB = 1024 * 1024;
  private static final Duration REBALANCE = Duration.ofMinutes(5);

  private final BusSettings settings;

  public Clients(BusSettings settings) {
    this.settings = settings;
  }

  /** The one member of the group that this worker is. */
  public Consumer<byte[], byte[]> member() {
    Map<String, Object> defaults = new HashMap<>(common("bus"));
    defaults.put("max.poll.records", 100);
    defaults.put("max.partition.fetch.bytes", 4 * MIB);
    defaults.put("retry.backoff.ms", 20L);
    defaults.put("metadata.max.age.ms", 30_000L); // how soon a growing topic is noticed
    int session = Math.toIntExact(settings.sessionTimeout().toMillis());
    Duration poll = REBALANCE.plus(settings.revokeGrace());
    Map<String, Object> fixed = new HashMap<>();
    fixed.put("group.id", settings.group());
    fixed.put("group.protocol", "classic"); // the other one knows no assignor of ours
    fixed.put("session.timeout.ms", session);
    fixed.put("heartbeat.interval.ms", Math.max(1, session / 3));
    fixed.put("max.poll.interval.ms", Math.toIntExact(poll.toMillis()));
    fixed.put("partition.assignment.strategy", List.of(TogetherAssignor.class.getName()));
    fixed.put(TogetherAssignor.TASKS, settings.topics().tasks());
    fixed.put(TogetherAssignor.CONTROL, settings.topics().control());
    fixed.putAll(reading());
    return consumer(defaults, fixed);
  }

  /** Reads a ledger partition from its beginning, outside the group. */
  Consumer<byte[], byte[]> ledger() {
    Map<String, Object> defaults = new HashMap<>(common("ledger"));
    defaults.put("max.poll.records", 5000);
    defaults.put("max.partition.fetch.bytes", 8 * MIB);
    Map<String, Object> fixed = new HashMap<>(reading());
    fixed.put("fetch.max.wait.ms", 10); // a small ledger is read five times faster
    return consumer(defaults, fixed);
  }

  /** Reads all of a topic, and goes on reading, outside the group. */
  Consumer<byte[], byte[]> context() {
    Map<String, Object> defaults = new HashMap<>(common("context"));
    defaults.put("max.poll.records", 5000);
    defaults.put("max.partition.fetch.bytes", 8 * MIB);
    defaults.put("metadata.max.age.ms", 30_000L);
    return consumer(defaults, reading());
  }

  /** The writer of one partition. A second one with the same id fences the first. */
  public Producer<byte[], byte[]> writer(int partition) {
    Map<String, Object> merged = new HashMap<>(common("journal-" + partition));
    merged.put("retry.backoff.ms", 5L); // the usual 100 doubles the p99
    merged.put("batch.size", 128 * 1024);
    merged.put("buffer.memory", 20L * MIB); // holds one dead letter of the largest size
    merged.put("max.request.size", 17 * MIB);
    merged.put("max.block.ms", 30_000L);
    merged.put("request.timeout.ms", 10_000);
    merged.put("delivery.timeout.ms", 30_000);
    merged.put("transaction.timeout.ms", 30_000);
    merged.putAll(settings.client());
    merged.put("transactional.id", transactionalId(partition));
    merged.put("enable.idempotence", true);
    merged.put("acks", "all");
    return new KafkaProducer<>(merged, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Writes outside transactions. */
  Producer<byte[], byte[]> plainWriter() {
    Map<String, Object> merged = new HashMap<>(common("setup"));
    merged.put("max.block.ms", 15_000L);
    merged.putAll(settings.client());
    merged.put("acks", "all");
    return new KafkaProducer<>(merged, new ByteArraySerializer(), new ByteArraySerializer());
  }

  Admin admin() {
    Map<String, Object> merged = new HashMap<>(common("admin"));
    merged.put("default.api.timeout.ms", 15_000);
    merged.put("request.timeout.ms", 10_000);
    merged.putAll(settings.client());
    return Admin.create(merged);
  }

  String transactionalId(int partition) {
    return "ops-agent.%s.%s-%d".formatted(settings.group(), settings.topics().tasks(), partition);
  }

  private Consumer<byte[], byte[]> consumer(
      Map<String, Object> defaults, Map<String, Object> fixed) {
    Map<String, Object> merged = new HashMap<>(defaults);
    merged.putAll(settings.client());
    merged.putAll(fixed);
    return new KafkaConsumer<>(merged, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Map<String, Object> reading() {
    return Map.of(
        "enable.auto.commit",
        false,
        "auto.offset.reset",
        "none", // anything else drops or repeats records silently
        "isolation.level",
        "read_committed",
        "allow.auto.create.topics",
        false);
  }

  private Map<String, Object> common(String purpose) {
    return Map.of(
        "client.id",
        settings.workerId() + "-" + purpose,
        "metric.reporters",
        List.of(),
        "enable.metrics.push",
        false);
  }
}
