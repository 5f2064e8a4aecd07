package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a worker finds on the brokers is not what it, or another one, has left there. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LedgerFaultsTest {
  private static final String OPEN = "open";

  private BrokerCluster brokers;
  private Fleet fleet;
  private WorkerProcess worker;
  private List<TaskDispatch> ended;

  @BeforeAll
  void start(@TempDir Path folder) {
    brokers = BrokerCluster.start(folder, 1, Map.of("log.cleaner.backoff.ms", "200"));
  }

  @AfterAll
  void stop() {
    brokers.close();
  }

  @BeforeEach
  void create(@TempDir Path folder) {
    fleet = Fleet.create(folder, Fleet.Layout.on(brokers.bootstrap()).partitions(1));
    worker = fleet.startWorker().awaitReady();
    ended = Orders.many("ended", 6, 3);
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  /** Six tasks that have ended and one that is in its first step. */
  private void work() {
    fleet.send(ended);
    fleet.send(order(OPEN, OPEN, Cue.of("one", Behaviour.WAITS, "go")));
    fleet.awaitEnds(Orders.ids(ended), Fleet.PATIENCE);
    fleet.awaitEffect(OPEN, "one", Kind.BEGIN);
  }

  private void openOneGoesOn() {
    fleet.world.signal("go");
    assertThat(fleet.await(OPEN).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  /** Orders that were carried out come again; whoever knows them runs nothing. */
  private void sendAgain() {
    fleet.send(ended);
    assertThat(fleet.run(order("last", "last")).state()).isEqualTo(TaskState.SUCCEEDED);
    for (TaskDispatch task : ended) {
      assertThat(fleet.world.effects().count(task.taskId(), "one", Kind.BEGIN)).isEqualTo(1);
    }
  }

  @Test
  void fault_08_a_restore_waits_for_what_an_open_transaction_of_a_dead_writer_hides()
      throws Exception {
    Duration timeout = Duration.ofSeconds(20);
    try (Producer<byte[], byte[]> dead =
        writer(
            Map.of(
                "transactional.id",
                fleet.group() + "-dead",
                "transaction.timeout.ms",
                Math.toIntExact(timeout.toMillis())))) {
      dead.initTransactions();
      dead.beginTransaction();
      write(dead, fleet, "never", Optional.of("{}"));
      work(); // all of it lies behind the open transaction
      worker.kill();
      assertThat(hidden()).as("records that readers of committed ones cannot see").isPositive();

      fleet.startWorker().awaitReady();
      assertThat(hidden()).isZero();
      openOneGoesOn();
      sendAgain();
      Books.agree(fleet);
      dead.close(Duration.ZERO);
    }
  }

  @Test
  void fault_09_the_pm_is_told_of_a_ledger_that_cannot_be_read_and_of_its_end(@TempDir Path folder)
      throws Exception {
    Fleet.Layout impatient =
        Fleet.Layout.on(brokers.bootstrap()).partitions(1).with("timeouts:\n  restore: 2s\n");
    try (Fleet refused = Fleet.create(folder, impatient);
        Producer<byte[], byte[]> endless =
            writer(Map.of("transactional.id", refused.group() + "-endless"))) {
      refused.startWorker().awaitReady().kill();
      endless.initTransactions();
      endless.beginTransaction();
      write(endless, refused, "never", Optional.of("{}"));
      TaskDispatch task = order("hidden", "hidden");

      refused.startWorker();
      refused.send(task);
      awaitEscalation(refused, Escalation.Status.OPEN);
      assertThat(refused.world.effects().lines()).isEmpty();
      endless.abortTransaction();

      assertThat(refused.await("hidden").state()).isEqualTo(TaskState.SUCCEEDED);
      awaitEscalation(refused, Escalation.Status.RESOLVED);
      Books.agree(refused);
    }
  }

  private static void awaitEscalation(Fleet fleet, Escalation.Status status) {
    Target worker = new Target("local", "ops-agent");
    Awaitility.await("an escalation that is " + status)
        .atMost(Fleet.PATIENCE)
        .until(() ->
            fleet.bus.messages(fleet.topics.escalations(), Escalation.class).stream()
                .anyMatch(it -> it.status() == status && it.target().equals(worker)));
  }

  @Test
  void fault_18_nothing_revives_after_a_forced_compaction_and_tombstones_that_have_aged_out()
      throws Exception {
    work();
    worker.terminate();
    Set<String> removed = Set.of("ended-0", "ended-1", "ended-2");
    try (Admin admin = fleet.admin();
        Producer<byte[], byte[]> outsider = writer(Map.of())) {
      for (String task : removed) {
        write(outsider, fleet, task, Optional.empty()); // as when their time in the ledger is over
      }
      assertThat(records().get("ended-3")).isGreaterThan(1);
      compactAtOnce(admin);
      Awaitility.await("the ledger is compacted")
          .atMost(Fleet.PATIENCE)
          .pollInterval(Duration.ofMillis(300))
          .until(() -> {
            write(
                outsider,
                fleet,
                "~roll",
                Optional.of("{}")); // the active segment is never compacted
            Map<String, Long> left = records();
            return left.keySet().stream().noneMatch(removed::contains)
                && Long.valueOf(1).equals(left.get("ended-3"));
          });
    }

    worker = fleet.startWorker(1).awaitReady();
    openOneGoesOn();
    sendAgain();
    Books.agree(fleet, new Books.Circumstances(1, removed));
  }

  @Test
  void fault_19_finished_tasks_do_not_run_again_when_the_group_is_deleted() throws Exception {
    work();
    worker.terminate();
    try (Admin admin = fleet.admin()) {
      admin.deleteConsumerGroups(List.of(fleet.group())).all().get(30, TimeUnit.SECONDS);
    }

    worker = fleet.startWorker().awaitReady();
    openOneGoesOn();
    for (TaskDispatch task : ended) {
      assertThat(fleet.world.effects().count(task.taskId(), "one", Kind.BEGIN)).isEqualTo(1);
    }
    // every order is read twice, and answered from the record the second time
    Awaitility.await("every order is read again")
        .atMost(Fleet.PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() ->
            assertThatCode(() -> Books.agree(fleet, new Books.Circumstances(2, Set.of())))
                .as("the worker told: %s", worker.log())
                .doesNotThrowAnyException());
  }

  private Producer<byte[], byte[]> writer(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", fleet.layout.bootstrap());
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void write(
      Producer<byte[], byte[]> producer, Fleet fleet, String key, Optional<String> value)
      throws InterruptedException, ExecutionException {
    var _ =
        producer
            .send(
                new ProducerRecord<>(
                    fleet.topics.ledger(),
                    0,
                    key.getBytes(UTF_8),
                    value.map(text -> text.getBytes(UTF_8)).orElse(null)))
            .get();
  }

  private void compactAtOnce(Admin admin) throws Exception {
    ConfigResource ledger = new ConfigResource(ConfigResource.Type.TOPIC, fleet.topics.ledger());
    List<AlterConfigOp> settings =
        Map.of(
                "segment.ms",
                "100",
                "min.cleanable.dirty.ratio",
                "0.001",
                "delete.retention.ms",
                "0")
            .entrySet()
            .stream()
            .map(it -> new ConfigEntry(it.getKey(), it.getValue()))
            .map(it -> new AlterConfigOp(it, AlterConfigOp.OpType.SET))
            .toList();
    admin.incrementalAlterConfigs(Map.of(ledger, settings)).all().get(30, TimeUnit.SECONDS);
  }

  /** How many records of each key the ledger holds, tombstones too. */
  private Map<String, Long> records() {
    return fleet.bus.records(fleet.topics.ledger()).stream()
        .collect(
            Collectors.groupingBy(
                record -> new String(record.key(), UTF_8), Collectors.counting()));
  }

  /** How much of the ledger lies behind an open transaction. */
  private long hidden() throws Exception {
    try (Admin admin = fleet.admin()) {
      return end(admin, IsolationLevel.READ_UNCOMMITTED)
          - end(admin, IsolationLevel.READ_COMMITTED);
    }
  }

  private long end(Admin admin, IsolationLevel level) throws Exception {
    TopicPartition ledger = new TopicPartition(fleet.topics.ledger(), 0);
    return admin
        .listOffsets(Map.of(ledger, OffsetSpec.latest()), new ListOffsetsOptions(level))
        .partitionResult(ledger)
        .get(30, TimeUnit.SECONDS)
        .offset();
  }
}
