package dev.opsagent.clients;

import static dev.opsagent.testing.RawProducer.binary;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.RawProducer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How soon poison is out of the way, and how large it may be. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoisonTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String DISPATCH = MessageType.TASK_DISPATCH.type();
  private static final int PARTITION = LocalWorker.partition(BadInput.TARGET.key());

  @TempDir static Path folder;
  private LocalWorker worker;
  private RawProducer producer;

  @BeforeAll
  void start() throws Exception {
    worker = LocalWorker.start(folder.resolve("data"), LocalWorker.UNSIGNED);
    producer = new RawProducer(worker.bootstrap);
  }

  @AfterAll
  void end() {
    producer.close();
    worker.close();
  }

  @Test
  void fault_17_ten_megabytes_that_the_broker_lets_through_are_buried_and_the_rest_goes_on()
      throws Exception {
    worker.allow(worker.topics.tasks(), 12 * 1024 * 1024);
    byte[] huge = ("[\"" + "x".repeat(10_000_000) + "\"]").getBytes(UTF_8);

    RecordMetadata where =
        producer.send(worker.topics.tasks(), PARTITION, "local/huge", huge, binary(DISPATCH));
    PackageRemote remote = PackageRemote.create(folder, "behind-huge");
    byte[] task = Json.write(remote.plan("good-behind-huge", BadInput.TARGET));
    producer.send(worker.topics.tasks(), PARTITION, BadInput.TARGET.key(), task, binary(DISPATCH));

    ConsumerRecord<byte[], byte[]> letter = worker.awaitLetter("TASKS", where);
    assertThat(letter.value()).hasSize(huge.length);
    assertThat(LocalWorker.header(letter, "ops-reason")).contains("at most 1048576 bytes");
    assertThat(worker.client.await("good-behind-huge", PATIENCE).state())
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void fault_17_poison_is_buried_in_under_a_second() throws Exception {
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      RecordMetadata where = poison();
      delays.add(worker.awaitLetter("TASKS", where).timestamp() - where.timestamp());
    }
    Collections.sort(delays);
    assertThat(delays.get(delays.size() / 2)).as("milliseconds: %s", delays).isLessThan(1000L);
  }

  private RecordMetadata poison() throws Exception {
    byte[] value = BadInput.BROKEN_JSON.value();
    return producer.send(worker.topics.tasks(), PARTITION, "local/bad", value, binary(DISPATCH));
  }
}
