package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.kafka.LedgerReader.Line;
import dev.opsagent.kafka.LedgerReader.Restored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("core")
class LedgerReaderTest {
  private final List<Line> lines = new ArrayList<>();
  private TestBus bus;

  @BeforeEach
  void create() throws Exception {
    bus = TestBus.create(1);
  }

  @AfterEach
  void close() {
    bus.close();
  }

  @Test
  void handsOutEverythingPastTheMarkersOfTransactions() throws Exception {
    try (Producer<byte[], byte[]> writer = bus.clients.writer(0)) {
      writer.initTransactions();
      for (int number = 0; number < 3; number++) {
        writer.beginTransaction();
        var _ = writer.send(record("task-" + number));
        writer.commitTransaction();
      }
      writer.beginTransaction();
      var _ = writer.send(record("given up"));
      writer.flush();
      writer.abortTransaction();
    }

    assertThat(read(Duration.ofSeconds(10))).isInstanceOf(Restored.Complete.class);
    assertThat(lines).extracting(Line::key).containsExactly("task-0", "task-1", "task-2");
  }

  @Test
  void fault_08_what_an_open_transaction_hides_is_refused_until_its_writer_has_a_successor()
      throws Exception {
    Producer<byte[], byte[]> dead = bus.clients.writer(0);
    try {
      dead.initTransactions();
      dead.beginTransaction();
      var _ = dead.send(record("never committed"));
      dead.flush();
      bus.send(bus.topics.ledger(), 0, "newer", "{}");

      Restored hidden = read(Duration.ofMillis(500));
      assertThat(hidden)
          .isInstanceOfSatisfying(
              Restored.Refused.class,
              refused -> assertThat(refused.failure().sentence()).contains("never ended"));
      assertThat(lines).isEmpty();

      try (Producer<byte[], byte[]> successor = bus.clients.writer(0)) {
        successor.initTransactions();
        assertThat(read(Duration.ofSeconds(10))).isInstanceOf(Restored.Complete.class);
        assertThat(lines).extracting(Line::key).containsExactly("newer");
      }
    } finally {
      dead.close(Duration.ZERO);
    }
  }

  private Restored read(Duration timeout) throws InterruptedException {
    TopicPartition ledger = new TopicPartition(bus.topics.ledger(), 0);
    return new LedgerReader(bus.clients, bus.admin, ledger, timeout, System::nanoTime)
        .read(0, lines::add);
  }

  private ProducerRecord<byte[], byte[]> record(String key) {
    return new ProducerRecord<>(bus.topics.ledger(), 0, TestBus.bytes(key), TestBus.bytes("{}"));
  }
}
