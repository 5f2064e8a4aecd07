package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.opsagent.execution.Journal.Appended;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.redaction.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("core")
class KafkaJournalTest {
  private static final Target TARGET = new Target("local", "shop");
  private static final Instant AT = Instant.parse("2025-01-02T03:04:05Z");

  private final List<String> answers = Collections.synchronizedList(new ArrayList<>());
  private TestBus bus;
  private JoinedMember member;

  @BeforeEach
  void join() throws Exception {
    bus = TestBus.create(2);
    member = new JoinedMember(bus).join();
  }

  @AfterEach
  void leave() {
    member.close();
    bus.close();
  }

  @Test
  void makesTheRecordsOfAnEntryVisibleTogetherWithThePositionBehindThem() throws Exception {
    try (KafkaJournal journal = member.journal(1)) {
      append(journal, new Entry(everyKind(), Optional.of(new Consumed(Input.TASKS, 41))), "all");
      awaitAnswers(1);
      assertThat(answers).containsExactly("all COMMITTED");
    }

    ConsumerRecord<byte[], byte[]> ledger = bus.read(bus.topics.ledger(), 1, 1).getFirst();
    assertThat(TestBus.text(ledger.key())).isEqualTo("task-1");
    assertThat(TestBus.text(ledger.value())).isEqualTo("{}");
    ConsumerRecord<byte[], byte[]> audit = bus.read(bus.topics.audit(), 1, 1).getFirst();
    EventCodec.Incoming audited = EventCodec.read(audit.value(), audit.headers());
    assertThat(audited.message()).isEqualTo(audit());
    assertThat(audited.source()).isEqualTo("/ops-agent/worker-1");
    ConsumerRecord<byte[], byte[]> status = statusRecord();
    assertThat(TestBus.text(status.key())).isEqualTo("task-1");
    assertThat(EventCodec.read(status.value(), status.headers()).message()).isEqualTo(report());
    ConsumerRecord<byte[], byte[]> forwarded = bus.read(bus.topics.control(), 0, 1).getFirst();
    assertThat(TestBus.text(forwarded.value())).isEqualTo("as it came");
    assertThat(TestBus.text(forwarded.headers().lastHeader("kept").value())).isEqualTo("yes");
    assertThat(TestBus.text(forwarded.headers().lastHeader("ops-forwarded-from").value()))
        .isEqualTo(bus.topics.control() + "-1");
    ConsumerRecord<byte[], byte[]> letter = bus.read(bus.topics.deadLetters(), 0, 1).getFirst();
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).containsExactly(0xff, 0xfe);
    assertThat(committed(Input.TASKS)).isEqualTo(42);
    assertThat(committed(Input.CONTROL)).isZero();
  }

  @Test
  void writesWhatWaitsTogetherInOrderAndInFewTransactions() {
    List<Integer> transactions = Collections.synchronizedList(new ArrayList<>());
    BusListener counting =
        new BusListener() {
          @Override
          public void committed(int partition, int entries, Duration latency) {
            transactions.add(entries);
          }
        };
    try (KafkaJournal journal = member.journal(0, counting)) {
      IntStream.range(0, 500)
          .forEach(number -> append(journal, ledger("task-" + number, number), number));
      awaitAnswers(500);
      assertThat(journal.pending()).isZero();
    }

    assertThat(answers)
        .containsExactlyElementsOf(
            IntStream.range(0, 500).mapToObj(number -> number + " COMMITTED").toList());
    assertThat(transactions).hasSizeLessThan(50);
    assertThat(transactions.stream().mapToInt(it -> it).sum()).isEqualTo(500);
    assertThat(bus.read(bus.topics.ledger(), 0, 501))
        .extracting(record -> TestBus.text(record.value()))
        .containsSubsequence("0", "1", "250", "499");
  }

  @Test
  void writesOnlyTheLastStateOfATaskThatChangedMoreThanOnceInATransaction() {
    try (KafkaJournal journal = member.journal(0)) {
      IntStream.range(0, 500).forEach(number -> append(journal, ledger("task", number), number));
      awaitAnswers(500);
      append(journal, ledger("after", 500), 500);
      awaitAnswers(501);
    }

    List<String> written = new ArrayList<>();
    for (int most = 2; !written.contains("500"); most++) {
      written =
          bus.read(bus.topics.ledger(), 0, most).stream()
              .map(record -> TestBus.text(record.value()))
              .toList();
    }
    assertThat(written).contains("499").hasSizeLessThan(100);
  }

  @Test
  void waitsForTheNewGenerationWhenTheGroupHasRefusedItsOwn() {
    try (KafkaJournal journal = member.journal(0);
        JoinedMember second = new JoinedMember(bus)) {
      int before = member.generation();
      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> {
            member.poll();
            second.poll();
            return member.generation() > before;
          });

      append(journal, ledger("task", 1), "task");
      Awaitility.await()
          .during(Duration.ofMillis(200))
          .until(() -> answers.isEmpty() && journal.pending() == 1);

      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> {
            second.poll(); // the partitions move in two rebalances
            member.poll();
            member.publish();
            return !answers.isEmpty();
          });
      assertThat(answers).containsExactly("task COMMITTED");
      assertThat(journal.lostBecause()).isEmpty();
    }
  }

  @Test
  void holdsTheLeaseOnlyAsLongAsTheSessionWithAMargin() {
    try (KafkaJournal journal = member.journal(0)) {
      member.membership.proven(System.nanoTime());
      assertThatCode(journal::check).doesNotThrowAnyException();

      member.membership.proven(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(2_500));
      assertThat(member.membership.leaseHolds()).isFalse();

      Thread.ofVirtual().start(() -> member.membership.proven(System.nanoTime()));
      assertThatCode(journal::check).doesNotThrowAnyException();
    }
  }

  private static List<JournalRecord> everyKind() {
    return List.of(
        new JournalRecord.Ledger("task-1", Optional.of(Map.of())),
        new JournalRecord.Status(new Prewritten<>(report()), Optional.empty()),
        new JournalRecord.Audited(audit()),
        new JournalRecord.Forwarded(
            Input.CONTROL,
            0,
            TARGET.key(),
            TestBus.bytes("as it came"),
            Map.of("kept", TestBus.bytes("yes"), "ops-forwarded-from", TestBus.bytes("before"))),
        new JournalRecord.DeadLetter(
            Optional.empty(), Optional.of(new byte[] {(byte) 0xff, (byte) 0xfe}), Map.of()));
  }

  private static StatusReport report() {
    return new StatusReport(
        "task-1",
        "push",
        TARGET,
        TaskState.ACCEPTED,
        1,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        AT);
  }

  private static AuditRecord audit() {
    return new AuditRecord(
        1,
        AuditRecord.GENESIS,
        AuditRecord.GENESIS,
        TARGET,
        Optional.of("task-1"),
        "accepted",
        "pm",
        "accepted push of local/shop",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        AT);
  }

  private ConsumerRecord<byte[], byte[]> statusRecord() {
    byte[] key = TestBus.bytes("task-1");
    int partition = Utils.toPositive(Utils.murmur2(key)) % 2;
    return bus.read(bus.topics.status(), partition, 1).getFirst();
  }

  private static Entry ledger(String key, int value) {
    return new Entry(List.of(new JournalRecord.Ledger(key, Optional.of(value))), Optional.empty());
  }

  private void append(KafkaJournal journal, Entry entry, Object name) {
    journal.append(entry, (Appended outcome) -> answers.add(name + " " + outcome));
  }

  private void awaitAnswers(int count) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(answers).hasSizeGreaterThanOrEqualTo(count));
  }

  private long committed(Input input) throws Exception {
    TopicPartition partition =
        new JournalTopics(bus.topics, 1, "worker-1", Redactor.of(Map.of())).input(input);
    Map<TopicPartition, OffsetAndMetadata> offsets =
        bus.admin
            .listConsumerGroupOffsets(bus.settings.group())
            .partitionsToOffsetAndMetadata()
            .get(10, TimeUnit.SECONDS);
    OffsetAndMetadata offset = offsets.get(partition);
    return offset == null ? -1 : offset.offset();
  }
}
