package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.redaction.Redactor;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** A member of the group whose every poll the test decides. */
final class JoinedMember implements AutoCloseable {
  final Membership membership;
  private final TestBus bus;
  private final Consumer<byte[], byte[]> consumer;

  JoinedMember(TestBus bus) {
    this.bus = bus;
    this.membership = Membership.of(System::nanoTime, bus.settings);
    this.consumer = bus.clients.member();
    consumer.subscribe(List.of(bus.topics.tasks(), bus.topics.control()), new FromTheBeginning());
  }

  JoinedMember join() {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> {
          poll();
          return !consumer.assignment().isEmpty();
        });
    publish();
    return this;
  }

  void poll() {
    var _ = consumer.poll(Duration.ofMillis(20));
  }

  void publish() {
    membership.publish(consumer.groupMetadata());
    membership.proven(System.nanoTime());
  }

  int generation() {
    return consumer.groupMetadata().generationId();
  }

  KafkaJournal journal(int partition) {
    return journal(partition, BusListener.NONE);
  }

  KafkaJournal journal(int partition, BusListener listener) {
    return journal(partition, bus.clients.writer(partition), listener, Duration.ofSeconds(5));
  }

  KafkaJournal journal(
      int partition, Producer<byte[], byte[]> producer, BusListener listener, Duration patience) {
    JournalTopics topics =
        new JournalTopics(bus.topics, partition, "worker-1", Redactor.of(Map.of()));
    producer.initTransactions();
    return new KafkaJournal(
        partition,
        new Transaction(producer, topics),
        Map.of(Journal.Input.TASKS, 0L, Journal.Input.CONTROL, 0L),
        0,
        membership,
        patience,
        listener,
        System::nanoTime);
  }

  private final class FromTheBeginning implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> given) {
      given.forEach(partition -> consumer.seek(partition, 0));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> taken) {}
  }

  @Override
  public void close() {
    consumer.close();
  }
}
