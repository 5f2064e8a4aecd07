package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("core")
class RefusedPartitionTest {
  private final RecordingHost host = new RecordingHost();
  private final List<AutoCloseable> running = new ArrayList<>();
  private TestBus bus;

  @BeforeEach
  void create() throws Exception {
    bus = TestBus.create(2);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : running.reversed()) {
      one.close();
    }
    bus.close();
  }

  @Test
  void fault_09_a_partition_behind_an_endless_transaction_is_refused_and_escalated()
      throws Exception {
    Producer<byte[], byte[]> endless = endless();
    bus.send(bus.topics.ledger(), 0, "newer", "{}");
    bus.send(bus.topics.tasks(), 0, "k", "hidden");
    bus.send(bus.topics.tasks(), 1, "k", "served");

    Hearing first = start("worker-1");
    soon().until(() -> first.hidden() >= 2); // refused, and refused again
    soon().until(() -> host.committed.contains("served")); // the other partition goes on
    assertThat(host.shards).doesNotContainKey(0);
    assertThat(escalations(1))
        .singleElement()
        .satisfies(opened -> {
          assertThat(opened.status()).isEqualTo(Status.OPEN);
          assertThat(opened.escalationId()).isEqualTo(bus.topics.tasks() + ":0:unserved");
          assertThat(opened.evidence()).singleElement().asString().contains("restore partition 0");
        });
    first.loop.close(Duration.ofSeconds(1));

    Hearing second = start("worker-2");
    soon().until(() -> second.hidden() > 0);
    assertThat(escalations(2)).extracting(Escalation::status).containsOnly(Status.OPEN);
    endless.abortTransaction();

    soon().until(() -> host.committed.contains("hidden"));
    assertThat(host.shard(0).restored).containsExactly("newer");
    assertThat(escalations(3).getLast().status()).isEqualTo(Status.RESOLVED);
    assertThat(notes()).hasSize(3).last().isEqualTo("taken back");
  }

  @Test
  void tellsOfAPartitionThatTheFleetDidNotBeginWith() throws Exception {
    try (RefusalNotices notices = notices("worker-1")) {
      notices.open(2, Failure.of(ReasonCode.CONFIGURATION, "open partition 2", "it is new", ""));

      assertThat(escalations(2, 1))
          .singleElement()
          .satisfies(told -> assertThat(told.summary()).contains("partition 2"));
    }
  }

  /** A transaction across the ledger that nobody ends, of a writer that nobody succeeds. */
  private Producer<byte[], byte[]> endless() throws Exception {
    Map<String, Object> properties = new HashMap<>(bus.settings.client());
    properties.put("transactional.id", bus.topics.tasks() + "-endless");
    Producer<byte[], byte[]> writer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    running.add(() -> writer.close(Duration.ZERO));
    writer.initTransactions();
    writer.beginTransaction();
    var _ =
        writer
            .send(
                new ProducerRecord<>(
                    bus.topics.ledger(), 0, TestBus.bytes("never"), TestBus.bytes("{}")))
            .get();
    return writer;
  }

  private RefusalNotices notices(String worker) {
    BusSettings settings =
        BusSettings.of(bus.settings.client(), bus.topics, bus.settings.group(), worker);
    return new RefusalNotices(
        settings, bus.setup.partitions(), new Target("local", "ops-agent"), InstantSource.system());
  }

  /** A loop and what it tells. */
  private static final class Hearing implements BusListener {
    final List<String> refusals = new CopyOnWriteArrayList<>();
    private final RefusalNotices notices;
    private BusLoop loop;

    Hearing(RefusalNotices notices, TestBus bus, RecordingHost host) {
      this.notices = notices;
      BusSettings impatient = bus.settings.withRestoreTimeout(Duration.ofSeconds(2));
      this.loop = new BusLoop(impatient, bus.setup, host, this, System::nanoTime);
    }

    long hidden() {
      return refusals.stream().filter(why -> why.contains("never ended")).count();
    }

    @Override
    public void refused(int partition, Failure why) {
      refusals.add(why.sentence());
    }

    @Override
    public void unserved(int partition, Failure why) {
      notices.open(partition, why);
    }

    @Override
    public void served(int partition) {
      notices.resolve(partition);
    }
  }

  private Hearing start(String worker) {
    RefusalNotices notices = notices(worker);
    running.add(notices);
    Hearing hearing = new Hearing(notices, bus, host);
    running.add(() -> hearing.loop.close(Duration.ofSeconds(1)));
    hearing.loop.start();
    return hearing;
  }

  private List<Escalation> escalations(int atLeast) {
    return escalations(0, atLeast);
  }

  private List<Escalation> escalations(int partition, int atLeast) {
    byte[] key = TestBus.bytes(bus.topics.tasks() + ":" + partition + ":unserved");
    int at = Utils.toPositive(Utils.murmur2(key)) % 2;
    return bus.read(bus.topics.escalations(), at, atLeast).stream()
        .map(it -> (Escalation) EventCodec.read(it.value(), it.headers()).message())
        .toList();
  }

  /** Else whoever opens it next would resolve it once more. */
  private List<String> notes() {
    // the count, what is newer, two notes, what was hidden, and the note's tombstone
    return bus.read(bus.topics.ledger(), 0, 6).stream()
        .filter(it -> TestBus.text(it.key()).equals(RefusalNotices.KEY))
        .map(it -> it.value() == null ? "taken back" : TestBus.text(it.value()))
        .toList();
  }

  private static ConditionFactory soon() {
    return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20));
  }
}
