package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a transaction that has not ended leaves open is never taken for a first start. */
@Tag("core")
class InputPositionsTest {
  private TestBus bus;
  private JoinedMember member;
  private Producer<byte[], byte[]> writer;
  private InputPositions positions;

  @BeforeEach
  void commitOne() throws Exception {
    bus = TestBus.create(1);
    member = new JoinedMember(bus).join();
    bus.send(bus.topics.tasks(), 0, "one", "{}");
    bus.send(bus.topics.tasks(), 0, "two", "{}");
    positions = new InputPositions(bus.admin, bus.settings.group(), BusListener.NONE);
    writer = bus.clients.writer(0);
    writer.initTransactions();
    move(1);
    writer.commitTransaction();
  }

  @AfterEach
  void leave() {
    writer.close();
    member.close();
    bus.close();
  }

  @Test
  void arePastWhatWasCommitted() throws Exception {
    assertThat(tasks()).isEqualTo(1);
  }

  @Test
  void areRefusedWhileATransactionMayMoveThem() {
    move(2);

    assertThatThrownBy(this::tasks)
        .isInstanceOfSatisfying(
            PartitionHost.Refused.class,
            refused -> {
              assertThat(refused.failure().code()).isEqualTo(ReasonCode.TIMEOUT);
              assertThat(refused.failure().sentence()).contains("find-hanging");
            });
  }

  private long tasks() throws Exception {
    return positions.of(topics()).inputs().getOrDefault(Input.TASKS, -1L);
  }

  /** Begins a transaction that moves the position of the tasks. */
  private void move(long to) {
    writer.beginTransaction();
    writer.sendOffsetsToTransaction(
        Map.of(new TopicPartition(bus.topics.tasks(), 0), new OffsetAndMetadata(to)),
        member.membership.current().orElseThrow());
  }

  private JournalTopics topics() {
    return new JournalTopics(bus.topics, 0, "worker-1", Redactor.of(Map.of()));
  }
}
