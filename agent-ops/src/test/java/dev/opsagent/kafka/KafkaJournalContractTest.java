package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.JournalContract;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.kafka.LedgerReader.Line;
import dev.opsagent.kafka.LedgerReader.Restored;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

@Tag("core")
class KafkaJournalContractTest extends JournalContract {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  private final List<Producer<byte[], byte[]>> dead = new ArrayList<>();
  private TestBus bus;
  private JoinedMember member;

  @BeforeEach
  void join() throws Exception {
    bus = TestBus.create(1);
    member = new JoinedMember(bus).join();
  }

  @AfterEach
  void leave() {
    dead.forEach(producer -> producer.close(Duration.ZERO));
    member.close();
    bus.close();
  }

  @Override
  protected Journal open() {
    return journal(bus.clients.writer(0));
  }

  @Override
  protected Journal openWithoutReplies(boolean committed) {
    return journal(unanswered(bus.clients.writer(0), committed));
  }

  private Journal journal(Producer<byte[], byte[]> producer) {
    member.publish();
    return member.journal(0, producer, BusListener.NONE, PATIENCE);
  }

  /** A producer that never hears how its transactions ended. */
  @SuppressWarnings("unchecked")
  private static Producer<byte[], byte[]> unanswered(
      Producer<byte[], byte[]> producer, boolean committed) {
    return (Producer<byte[], byte[]>)
        Proxy.newProxyInstance(
            Producer.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (_, method, arguments) -> {
              try {
                if (!method.getName().equals("commitTransaction")) {
                  return method.invoke(producer, arguments);
                }
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (committed) {
                producer.commitTransaction();
              } else {
                producer.abortTransaction();
              }
              throw new TimeoutException("no reply");
            });
  }

  @Override
  protected void dieInTransaction(Ledger record) {
    Producer<byte[], byte[]> producer = bus.clients.writer(0);
    dead.add(producer);
    producer.initTransactions();
    producer.beginTransaction();
    var _ =
        producer.send(
            new ProducerRecord<>(
                bus.topics.ledger(), 0, TestBus.bytes(record.key()), record.bytes().orElseThrow()));
    producer.flush();
  }

  @Override
  protected void writeBesides(Ledger record) {
    bus.send(bus.topics.ledger(), 0, record.key(), TestBus.text(record.bytes().orElseThrow()));
  }

  @Override
  protected Optional<List<String>> restore() {
    List<String> keys = new ArrayList<>();
    LedgerReader reader =
        new LedgerReader(
            bus.clients,
            bus.admin,
            new TopicPartition(bus.topics.ledger(), 0),
            Duration.ofSeconds(dead.isEmpty() ? 10 : 1),
            System::nanoTime);
    try {
      Restored restored = reader.read(0, (Line line) -> keys.add(line.key()));
      return restored instanceof Restored.Complete ? Optional.of(keys) : Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  protected void loseLease() {
    member.membership.proven(System.nanoTime() - TimeUnit.SECONDS.toNanos(10));
    assertThat(member.membership.leaseHolds()).isFalse();
  }

  @Override
  protected void awaitAnswers(int count) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> assertThat(answers).hasSizeGreaterThanOrEqualTo(count));
  }

  @Override
  protected void close(Journal journal) {
    ((KafkaJournal) journal).close();
  }
}
