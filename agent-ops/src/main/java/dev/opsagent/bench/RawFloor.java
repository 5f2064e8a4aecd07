package dev.opsagent.bench;

import dev.opsagent.kafka.BusSettings;
import dev.opsagent.kafka.Clients;
import dev.opsagent.kafka.TopicSetup;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The least that does a worker's work: Kafka's clients with the worker's settings, byte arrays that
 * were prepared, one thread that reads and one per partition that writes. It decodes nothing and
 * decides nothing.
 */
final class RawFloor implements ConsumerRebalanceListener {
  private final Clients clients;
  private final Topics topics;
  private final Footprint footprint;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<Integer, FloorPartition> partitions = new HashMap<>();
  private volatile Optional<ConsumerGroupMetadata> group = Optional.empty();

  private RawFloor(BusSettings settings, Footprint footprint) {
    this.clients = new Clients(settings);
    this.topics = settings.topics();
    this.footprint = footprint;
    this.consumer = clients.member();
  }

  /**
   * @param args bootstrap address, prefix of the topics, file with the footprint
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Footprint footprint = Json.read(Files.readAllBytes(Path.of(args[2])), Footprint.class);
    BusSettings settings =
        BusSettings.of(
            Map.of("bootstrap.servers", args[0]),
            Topics.of(Optional.of(args[1]), Optional.empty()),
            args[1],
            args[1]);
    var _ = new TopicSetup(settings, OptionalInt.of(Tasks.PARTITIONS), (short) -1).ensure();
    RawFloor floor = new RawFloor(settings, footprint);
    floor.join();
    Thread.ofPlatform().daemon().name("bus").start(floor::read);
    Lifeline.hold("floor", () -> {});
  }

  private void join() {
    consumer.subscribe(List.of(topics.tasks(), topics.control()), this);
    while (partitions.size() < Tasks.PARTITIONS) {
      poll();
    }
  }

  private void read() {
    try {
      while (true) {
        poll();
      }
    } catch (RuntimeException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private void poll() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
      Optional.ofNullable(partitions.get(record.partition())).orElseThrow().take(record);
    }
    group = Optional.of(consumer.groupMetadata());
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> given) {
    given.forEach(partition -> consumer.seek(partition, 0));
    given.stream()
        .filter(partition -> partition.topic().equals(topics.tasks()))
        .forEach(partition ->
            partitions.put(
                partition.partition(),
                new FloorPartition(
                    partition,
                    topics,
                    clients.writer(partition.partition()),
                    footprint,
                    () -> group.orElseThrow())));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> taken) {
    // it has the group to itself
  }
}
