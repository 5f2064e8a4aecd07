package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.faults.BrokerCluster;
import dev.opsagent.kafka.LedgerReader.Line;
import dev.opsagent.kafka.LedgerReader.Restored;
import dev.opsagent.redaction.Redactor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transaction that is aborted hides nothing; one that is not is left alone. */
class HangingTransactionTest {
  private static final String PREFIX = "hanging";
  private static final Duration TRANSACTION = Duration.ofSeconds(1);

  private static final int TRIES = 8;

  private final List<String> ended = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();

  @Test
  void fault_13_what_ran_out_while_the_only_broker_was_gone_is_ended(@TempDir Path folder)
      throws Exception {
    try (BrokerCluster brokers = BrokerCluster.start(folder, 1);
        TestBus bus = bus(brokers.bootstrap())) {
      leaveOpen(brokers, bus);

      end(bus);

      assertThat(ended).isNotEmpty();
      assertThat(hangs(bus)).isFalse();
      assertThat(tasks(bus)).isEqualTo(1);
      try (Producer<byte[], byte[]> successor = bus.clients.writer(0)) {
        successor.initTransactions();
        write(bus, successor, "after");
        successor.commitTransaction();
      }
      assertThat(read(bus)).isInstanceOf(Restored.Complete.class);
      assertThat(lines)
          .extracting(Line::key)
          .contains("committed")
          .endsWith("after")
          .doesNotContain("never");
    }
  }

  @Test
  void whoMayNotEndItRefusesThePartition(@TempDir Path folder) throws Exception {
    Map<String, String> guarded =
        Map.of(
            "authorizer.class.name",
            StandardAuthorizer.class.getName(),
            "allow.everyone.if.no.acl.found",
            "true");
    try (BrokerCluster brokers = BrokerCluster.start(folder, 1, guarded);
        TestBus bus = bus(brokers.bootstrap())) {
      leaveOpen(brokers, bus);
      forbid(bus);

      assertThatThrownBy(() -> end(bus))
          .isInstanceOfSatisfying(
              PartitionHost.Refused.class,
              refused -> assertThat(refused.failure().sentence()).contains("Alter"));
    }
  }

  /** The broker, which is nobody else than its clients here, may go on for a few seconds. */
  private static void forbid(TestBus bus) throws Exception {
    bus.admin
        .createAcls(
            List.of(
                acl(AclOperation.ALL, AclPermissionType.ALLOW),
                acl(AclOperation.CLUSTER_ACTION, AclPermissionType.DENY),
                acl(AclOperation.ALTER, AclPermissionType.DENY)))
        .all()
        .get();
  }

  private static AclBinding acl(AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL),
        new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
  }

  @Test
  void aTransactionThatGoesOnIsLeftAlone() throws Exception {
    try (TestBus bus = TestBus.create(1);
        JoinedMember member = new JoinedMember(bus).join();
        Producer<byte[], byte[]> writer = bus.clients.writer(0)) {
      end(bus); // nothing was ever begun
      writer.initTransactions();
      write(bus, member, writer, "aborted", 1);
      writer.abortTransaction();
      write(bus, member, writer, "goes on", 1);

      end(bus);

      writer.commitTransaction();
      end(bus);
      assertThat(ended).isEmpty();
      assertThat(read(bus)).isInstanceOf(Restored.Complete.class);
      assertThat(lines).extracting(Line::key).containsExactly("goes on");
    }
  }

  /**
   * One transaction is committed, and one stands open when the broker is killed. Sometimes the
   * broker knows the leaders in time; so until it does not.
   */
  private static void leaveOpen(BrokerCluster brokers, TestBus bus) throws Exception {
    bus.send(bus.topics.tasks(), 0, "one", "{}");
    bus.send(bus.topics.tasks(), 0, "two", "{}");
    for (int tries = 0; tries < TRIES && !hangs(bus); tries++) {
      Producer<byte[], byte[]> dead = bus.clients.writer(0);
      dead.initTransactions();
      try (JoinedMember member = new JoinedMember(bus).join()) {
        write(bus, member, dead, "committed", 1);
        dead.commitTransaction();
        write(bus, member, dead, "never", 2);
      }
      brokers.broker(1).kill();
      dead.close(Duration.ZERO);
      Awaitility.await().pollDelay(TRANSACTION).until(() -> true);
      brokers.broker(1).start();
      brokers.awaitBrokers(1);
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> isAborted(bus));
    }
    assertThat(hangs(bus)).as("the broker told all partitions %d times", TRIES).isTrue();
  }

  /** Whether the ledger takes the transaction for one that goes on, or the positions do. */
  private static boolean hangs(TestBus bus) throws Exception {
    TopicPartition ledger = new TopicPartition(bus.topics.ledger(), 0);
    boolean open =
        bus
            .admin
            .describeProducers(List.of(ledger))
            .partitionResult(ledger)
            .get()
            .activeProducers()
            .stream()
            .anyMatch(it -> it.currentTransactionStartOffset().isPresent());
    TopicPartition tasks = new TopicPartition(bus.topics.tasks(), 0);
    ListConsumerGroupOffsetsSpec spec =
        new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(tasks));
    return open
        || bus.admin
            .listConsumerGroupOffsets(
                Map.of(bus.settings.group(), spec),
                new ListConsumerGroupOffsetsOptions().requireStable(true))
            .partitionsToOffsetAndMetadata(bus.settings.group())
            .get()
            .isEmpty();
  }

  private static TestBus bus(String bootstrap) throws InterruptedException {
    Map<String, Object> client =
        Map.of(
            "bootstrap.servers", bootstrap, "transaction.timeout.ms", "" + TRANSACTION.toMillis());
    return TestBus.create(TestBus.settings(PREFIX, client), 1);
  }

  private static void write(
      TestBus bus,
      JoinedMember member,
      Producer<byte[], byte[]> writer,
      String key,
      long position) {
    write(bus, writer, key);
    writer.sendOffsetsToTransaction(
        Map.of(new TopicPartition(bus.topics.tasks(), 0), new OffsetAndMetadata(position)),
        member.membership.current().orElseThrow());
  }

  private static void write(TestBus bus, Producer<byte[], byte[]> writer, String key) {
    writer.beginTransaction();
    for (String topic : List.of(bus.topics.ledger(), bus.topics.status())) {
      var _ = writer.send(new ProducerRecord<>(topic, 0, TestBus.bytes(key), TestBus.bytes("{}")));
    }
    writer.flush();
  }

  private static boolean isAborted(TestBus bus) throws Exception {
    String id = bus.clients.transactionalId(0);
    return bus.admin.describeTransactions(List.of(id)).description(id).get().state()
        == TransactionState.COMPLETE_ABORT;
  }

  private void end(TestBus bus) throws Exception {
    BusListener hearing =
        new BusListener() {
          @Override
          public void endedHanging(int partition, String where) {
            ended.add(where);
          }
        };
    new HangingTransaction(bus.admin, bus.topics, hearing).end(0, bus.clients.transactionalId(0));
  }

  private static long tasks(TestBus bus) throws Exception {
    JournalTopics topics = new JournalTopics(bus.topics, 0, "worker-1", Redactor.of(Map.of()));
    return new InputPositions(bus.admin, bus.settings.group(), BusListener.NONE)
        .of(topics)
        .inputs()
        .getOrDefault(Input.TASKS, -1L);
  }

  private Restored read(TestBus bus) throws Exception {
    return new LedgerReader(
            bus.clients,
            bus.admin,
            new TopicPartition(bus.topics.ledger(), 0),
            Duration.ofSeconds(10),
            System::nanoTime)
        .read(0, lines::add);
  }
}
