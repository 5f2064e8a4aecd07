package dev.opsagent.faults;

import dev.opsagent.kafka.TogetherAssignor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;

/** Joins a fleet's group, is given partitions, does nothing with them, and leaves. */
final class IntrudingMember {
  private IntrudingMember() {}

  static void joinAndLeave(Fleet fleet) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            fleet.layout.bootstrap(),
            "group.id",
            fleet.group(),
            "group.protocol",
            "classic",
            "session.timeout.ms",
            2_000,
            "heartbeat.interval.ms",
            300,
            "enable.auto.commit",
            false,
            "auto.offset.reset",
            "earliest",
            "partition.assignment.strategy",
            List.of(TogetherAssignor.class.getName()),
            "ops.topic.tasks",
            fleet.topics.tasks(),
            "ops.topic.control",
            fleet.topics.control());
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(fleet.topics.tasks(), fleet.topics.control()));
      Awaitility.await("a place in the group")
          .atMost(Fleet.PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> {
            var _ = consumer.poll(Duration.ofMillis(100));
            return !consumer.assignment().isEmpty();
          });
    }
  }
}
