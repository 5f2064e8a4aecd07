package dev.opsagent.clients;

import static dev.opsagent.testing.RawProducer.binary;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.clients.BadInput.Verdict;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.RawProducer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything that may be wrong with a message, sent to one partition with good tasks between: it is
 * buried with the reason, or answered with it, and nothing else is delayed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String DISPATCH = MessageType.TASK_DISPATCH.type();
  private static final int PARTITION = LocalWorker.partition(BadInput.TARGET.key());

  @TempDir static Path folder;
  private final Map<BadInput, RecordMetadata> sent = new HashMap<>();
  private LocalWorker worker;
  private RawProducer producer;

  @BeforeAll
  void start() throws Exception {
    worker = LocalWorker.start(folder.resolve("data"), LocalWorker.UNSIGNED);
    producer = new RawProducer(worker.bootstrap);
    PackageRemote remote = PackageRemote.create(folder, "good");
    sendGood(remote, "good-before");
    for (BadInput bad : BadInput.values()) {
      sent.put(bad, send(bad));
    }
    sendGood(remote, "good-behind");
  }

  @AfterAll
  void end() {
    producer.close();
    worker.close();
  }

  private void sendGood(PackageRemote remote, String id) throws Exception {
    byte[] task = Json.write(remote.plan(id, BadInput.TARGET));
    producer.send(worker.topics.tasks(), PARTITION, BadInput.TARGET.key(), task, binary(DISPATCH));
  }

  private RecordMetadata send(BadInput bad) throws Exception {
    String topic = bad.control() ? worker.topics.control() : worker.topics.tasks();
    String key = bad == BadInput.WITHOUT_KEY ? null : BadInput.TARGET.key();
    return producer.send(topic, PARTITION, key, bad.value(), bad.headers());
  }

  @ParameterizedTest
  @EnumSource
  void fault_17_poison_is_buried_untouched_with_its_reason_or_answered_naming_the_field(
      BadInput bad) {
    switch (bad.verdict()) {
      case Verdict.Buried(String field, String reason) -> buried(bad, field, reason);
      case Verdict.Answered(String taskId, String detail) -> answered(taskId, detail);
    }
  }

  private void buried(BadInput bad, String field, String reason) {
    RecordMetadata where = Objects.requireNonNull(sent.get(bad));
    String input = bad.control() ? "CONTROL" : "TASKS";
    ConsumerRecord<byte[], byte[]> letter = worker.awaitLetter(input, where);

    assertThat(letter.value()).isEqualTo(bad.value());
    assertThat(Optional.ofNullable(letter.key()).map(key -> new String(key, UTF_8)))
        .isEqualTo(
            bad == BadInput.WITHOUT_KEY ? Optional.empty() : Optional.of(BadInput.TARGET.key()));
    assertThat(LocalWorker.header(letter, "ops-field")).isEqualTo(field);
    assertThat(LocalWorker.header(letter, "ops-reason")).startsWith("MALFORMED: ").contains(reason);
    bad.headers()
        .forEach((name, value) -> assertThat(LocalWorker.header(letter, name)).isEqualTo(value));
  }

  private void answered(String taskId, String detail) {
    StatusReport report = worker.client.await(taskId, PATIENCE);

    assertThat(report.state()).isEqualTo(TaskState.REJECTED);
    assertThat(report.reason().orElseThrow().detail())
        .contains(detail)
        .doesNotContain(BadInput.SECRET);
    assertThat(worker.reports(taskId)).hasSize(1);
  }

  @Test
  void fault_17_the_good_task_behind_all_poison_is_judged_in_its_turn() {
    assertThat(worker.client.await("good-before", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(worker.client.await("good-behind", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);

    List<AuditRecord> judged =
        worker.messages(worker.topics.audit(), AuditRecord.class).stream()
            .filter(it -> it.kind().equals("accepted") || it.kind().equals("rejected"))
            .filter(it -> !it.taskId().equals(Optional.of("misplaced"))) // from the other topic
            .toList();
    assertThat(judged.getFirst().taskId()).contains("good-before");
    assertThat(judged.getLast().taskId()).contains("good-behind");
  }

  @Test
  void fault_17_what_is_too_large_for_the_topic_is_refused_by_the_broker_and_its_sender_is_told() {
    byte[] huge = new byte[3 * 1024 * 1024];

    assertThatThrownBy(() ->
            producer.send(worker.topics.tasks(), PARTITION, "local/huge", huge, binary(DISPATCH)))
        .hasCauseInstanceOf(RecordTooLargeException.class);
  }
}
