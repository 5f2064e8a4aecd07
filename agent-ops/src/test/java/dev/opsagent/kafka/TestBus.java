package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** Topics and a group of one test's own, on the shared broker. */
final class TestBus implements AutoCloseable {
  final BusSettings settings;
  final Topics topics;
  final Clients clients;
  final Setup.Ready setup;
  final Admin admin;
  private final Producer<byte[], byte[]> outsider;

  private TestBus(BusSettings settings, Setup.Ready setup) {
    this.settings = settings;
    this.topics = settings.topics();
    this.clients = new Clients(settings);
    this.setup = setup;
    this.admin = clients.admin();
    this.outsider = clients.plainWriter();
  }

  static TestBus create(int partitions) throws InterruptedException {
    return create(settings(TestBroker.unique("bus")), partitions);
  }

  static TestBus create(BusSettings settings, int partitions) throws InterruptedException {
    Setup setup = new TopicSetup(settings, OptionalInt.of(partitions), (short) 1).ensure();
    assertThat(setup).isInstanceOf(Setup.Ready.class);
    return new TestBus(settings, (Setup.Ready) setup);
  }

  static BusSettings settings(String prefix) {
    return settings(prefix, Map.of("bootstrap.servers", TestBroker.bootstrap()));
  }

  static BusSettings settings(String prefix, Map<String, Object> client) {
    return BusSettings.of(
            client, Topics.of(Optional.of(prefix), Optional.empty()), prefix + "-group", "worker-1")
        .withSessionTimeout(Duration.ofSeconds(3))
        .withRevokeGrace(Duration.ofSeconds(2))
        .withRestoreTimeout(Duration.ofSeconds(10));
  }

  void send(String topic, int partition, String key, String value) {
    try {
      outsider
          .send(new ProducerRecord<>(topic, partition, bytes(key), bytes(value)))
          .get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The committed records of a partition, once there are as many as expected. */
  List<ConsumerRecord<byte[], byte[]>> read(String topic, int partition, int expected) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    TopicPartition from = new TopicPartition(topic, partition);
    try (Consumer<byte[], byte[]> consumer = clients.ledger()) {
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      Awaitility.await()
          .until(() -> {
            consumer.poll(Duration.ofMillis(50)).forEach(records::add);
            return records.size() >= expected;
          });
    }
    return records;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    outsider.close();
    admin.close();
  }
}
