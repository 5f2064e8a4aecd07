package dev.opsagent.clients;

import static dev.opsagent.testing.RawProducer.binary;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.RawProducer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Messages that come to the wrong partition, as those of clients in other languages may. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardingTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Target TARGET = new Target("local", "forwarded");
  private static final int RIGHT = LocalWorker.partition(TARGET.key());
  private static final int WRONG = (RIGHT + 1) % LocalWorker.PARTITIONS;

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
  void aTaskOnAnotherPartitionRunsOnceInItsOwn() throws Exception {
    PackageRemote remote = PackageRemote.create(folder, "elsewhere");

    sendTask(remote, "elsewhere-1", WRONG, TARGET.key());

    ranOnce(remote, "elsewhere-1");
  }

  @Test
  void aTaskWithoutAKeyRunsOnceInItsOwnPartitionAndGetsItsKey() throws Exception {
    PackageRemote remote = PackageRemote.create(folder, "keyless");

    sendTask(remote, "keyless-1", WRONG, null);

    ranOnce(remote, "keyless-1");
    assertThat(arrivals(worker.topics.tasks(), "keyless-1"))
        .filteredOn(it -> it.partition() == RIGHT)
        .allSatisfy(it -> assertThat(it.key()).isEqualTo(TARGET.key().getBytes(UTF_8)));
  }

  @Test
  void aTaskWithoutAKeyInItsOwnPartitionRunsThere() throws Exception {
    PackageRemote remote = PackageRemote.create(folder, "at-home");

    sendTask(remote, "at-home-1", RIGHT, null);

    StatusReport end = worker.client.await("at-home-1", PATIENCE);
    assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(arrivals(worker.topics.tasks(), "at-home-1")).hasSize(1);
  }

  @Test
  void aCancelOnAnotherPartitionStopsItsTask() throws Exception {
    PackageRemote remote = PackageRemote.create(folder, "stopped");
    TaskCancel cancel = new TaskCancel("stopped-1", TARGET, "ada", "not now");
    producer.send(
        worker.topics.control(),
        WRONG,
        null,
        Json.write(cancel),
        binary(MessageType.TASK_CANCEL.type()));
    Awaitility.await().atMost(PATIENCE).until(() -> audited("stopped-1", "remembered"));

    sendTask(remote, "stopped-1", WRONG, TARGET.key());

    StatusReport end = worker.client.await("stopped-1", PATIENCE);
    assertThat(end.state()).isEqualTo(TaskState.CANCELLED);
    assertThat(remote.tags()).isEmpty();
    assertThat(arrivals(worker.topics.control(), "stopped-1"))
        .extracting(ConsumerRecord::partition)
        .containsExactlyInAnyOrder(WRONG, RIGHT);
  }

  private void sendTask(PackageRemote remote, String id, int partition, @Nullable String key)
      throws Exception {
    producer.send(
        worker.topics.tasks(),
        partition,
        key,
        Json.write(remote.push(id, TARGET)),
        binary(MessageType.TASK_DISPATCH.type()));
  }

  private void ranOnce(PackageRemote remote, String taskId) {
    StatusReport end = worker.client.await(taskId, PATIENCE);

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(remote.tags()).containsExactly("v1.0.1");
    assertThat(remote.commits()).hasSize(2);
    List<StatusReport> reports = worker.reports(taskId);
    assertThat(reports)
        .extracting(StatusReport::revision)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, end.revision()).boxed().toList());
    assertThat(ledgerPartitions(taskId)).containsOnly(RIGHT);
    List<ConsumerRecord<byte[], byte[]>> arrived = arrivals(worker.topics.tasks(), taskId);
    assertThat(arrived)
        .extracting(ConsumerRecord::partition)
        .containsExactlyInAnyOrder(WRONG, RIGHT);
    assertThat(arrived)
        .filteredOn(it -> it.partition() == RIGHT)
        .allSatisfy(it ->
            assertThat(header(it, "ops-forwarded-from"))
                .isEqualTo(worker.topics.tasks() + "-" + WRONG));
  }

  private List<Integer> ledgerPartitions(String taskId) {
    return worker.records(worker.topics.ledger()).stream()
        .filter(it -> new String(it.key(), UTF_8).equals(taskId))
        .map(ConsumerRecord::partition)
        .toList();
  }

  /** The records of a topic that are about the task. */
  private List<ConsumerRecord<byte[], byte[]>> arrivals(String topic, String taskId) {
    return worker.records(topic).stream()
        .filter(it -> Json.readTree(it.value()).path("taskId").asString("").equals(taskId))
        .toList();
  }

  private boolean audited(String taskId, String kind) {
    return worker.messages(worker.topics.audit(), AuditRecord.class).stream()
        .anyMatch(it -> it.taskId().equals(Optional.of(taskId)) && it.kind().equals(kind));
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(
        Objects.requireNonNull(record.headers().lastHeader(name), name).value(), UTF_8);
  }
}
