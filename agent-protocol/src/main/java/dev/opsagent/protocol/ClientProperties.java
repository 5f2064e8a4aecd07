package dev.opsagent.protocol;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes of the properties that a user gives those of each client: what we rely on is set here. */
final class ClientProperties {
  private final Map<String, Object> given;
  private final Duration timeout;

  ClientProperties(Map<String, ?> given, Duration timeout) {
    this.given = Map.copyOf(given);
    this.timeout = timeout;
  }

  Map<String, Object> admin() {
    Map<String, Object> result = known(AdminClientConfig.configNames());
    result.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    result.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis());
    return result;
  }

  Map<String, Object> producer() {
    Map<String, Object> result = known(ProducerConfig.configNames());
    // Two clients that partition differently would put one target on two partitions.
    result.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
    result.remove(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG);
    result.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    result.put(ProducerConfig.ACKS_CONFIG, "all");
    result.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    result.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    result.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    result.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicRole.TASKS.maxMessageBytes());
    result.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    result.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout.toMillis());
    result.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis());
    result.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMillis());
    return result;
  }

  Map<String, Object> consumer() {
    Map<String, Object> result = known(ConsumerConfig.configNames());
    result.remove(ConsumerConfig.GROUP_ID_CONFIG);
    result.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    result.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    result.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    result.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    result.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    result.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // Reached only when retention removes what was about to be read: go on with what is left.
    result.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    result.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return result;
  }

  /** A consumer that reads to the end: an empty partition must not hold up the full ones. */
  Map<String, Object> catchUp() {
    Map<String, Object> result = consumer();
    result.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
    result.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000);
    result.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
    return result;
  }

  private Map<String, Object> known(Set<String> names) {
    Map<String, Object> result = new HashMap<>(given);
    result.keySet().retainAll(names);
    return result;
  }

  private int millis() {
    return Math.toIntExact(timeout.toMillis());
  }

  private int deliveryMillis() {
    return Math.toIntExact(Math.min(Integer.MAX_VALUE, 2 * timeout.toMillis()));
  }
}
