package dev.opsagent.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  private static final String TOPIC = "notes";

  @Test
  void keepsRecordsAndPortWhenItStartsAgainInTheSameFolder(@TempDir Path folder) throws Exception {
    String first;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      first = broker.bootstrap();
      createTopic(first);
      send(first, "before the restart");
      assertThat(values(first, 1)).containsExactly("before the restart");
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(broker.bootstrap()).isEqualTo(first);
      send(first, "after it");
      assertThat(values(first, 2)).containsExactly("before the restart", "after it");

      assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("other"), broker.port()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("port " + broker.port());
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(folder.toRealPath().toString());
      send(first, "undisturbed by either");
    }
  }

  private static void createTopic(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin
          .createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
          .all()
          .get(10, TimeUnit.SECONDS);
    }
  }

  private static void send(String bootstrap, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, value)).get(10, TimeUnit.SECONDS);
    }
  }

  private static List<String> values(String bootstrap, int expected) {
    List<String> values = new ArrayList<>();
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      Awaitility.await()
          .until(() -> {
            for (ConsumerRecord<String, String> polled : consumer.poll(Duration.ofMillis(100))) {
              values.add(polled.value());
            }
            return values.size() >= expected;
          });
    }
    return values;
  }
}
