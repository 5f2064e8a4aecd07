package dev.opsagent.bench;

import dev.opsagent.bench.Comparison.Goal;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import tools.jackson.databind.JsonNode;

/**
 * A worker that finds many tasks in the middle of their first step, as after a crash. The ledger
 * holds copies, under other ids and targets, of what a worker wrote for one task.
 */
final class Restores {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final double MILLIS = 1000;

  private final Stage stage;
  private final Consumer<String> progress;

  /** What a worker did first. */
  private record Run(double restoreSeconds, double probedSeconds) {}

  Restores(Stage stage, Consumer<String> progress) {
    this.stage = stage;
    this.progress = progress;
  }

  List<Comparison> measure(int live, int runs, Clock clock, boolean counts)
      throws InterruptedException {
    String prefix = stage.newPrefix("restore");
    Topics topics = Stage.topics(prefix);
    ChildJvm first = stage.worker(prefix, List.of(), WorkerJvm.HOLD, "1");
    stage.sendOne(prefix);
    first.awaitLine();
    byte[] template = startedTask(topics.ledger());
    stage.kill(first);
    write(topics.ledger(), template, live);
    List<Run> measured = new ArrayList<>();
    for (int run = 1; run <= runs && clock.goesOn(run); run++) {
      measured.add(run(prefix, live, run));
    }
    String name = "restore_" + live / 1000 + "k";
    return List.of(
        new Comparison(
            name + "_s",
            "restore of %,d tasks, fence included".formatted(live),
            "s",
            counts ? new Goal.AtMost(1) : Comparison.NO_GOAL,
            "",
            measured.stream().map(Run::restoreSeconds).toList(),
            List.of()),
        new Comparison(
            name + "_probed_s",
            "  until the steps of all are probed",
            "s",
            counts ? new Goal.AtMost(15) : Comparison.NO_GOAL,
            "",
            measured.stream().map(Run::probedSeconds).toList(),
            List.of()));
  }

  private Run run(String prefix, int live, int number) throws InterruptedException {
    // More tasks are in flight than a worker of usual size is made for.
    List<String> options = live > 20_000 ? List.of("-Xmx2g") : List.of();
    ChildJvm worker = stage.worker(prefix, options, WorkerJvm.HOLD, Integer.toString(live));
    JsonNode told = Json.readTree(worker.awaitLine().getBytes(StandardCharsets.UTF_8));
    stage.kill(worker);
    Run run =
        new Run(
            told.get("restoreMillis").asLong() / MILLIS,
            told.get("probedMillis").asLong() / MILLIS);
    progress.accept(
        "restore of %,d tasks, run %d: %.2f s, all probed after %.2f s"
            .formatted(live, number, run.restoreSeconds(), run.probedSeconds()));
    return run;
  }

  /** The ledger's record of the one task, once it says that its first step has started. */
  private byte[] startedTask(String ledger) {
    Optional<byte[]> found = Optional.empty();
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (var consumer = EndReports.reader(stage.bootstrap())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(ledger).stream()
              .map(it -> new TopicPartition(it.topic(), it.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (found.isEmpty() && System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (new String(record.key(), StandardCharsets.UTF_8).equals(Tasks.ID)
              && new String(record.value(), StandardCharsets.UTF_8).contains("\"STARTED\"")) {
            found = Optional.of(record.value());
          }
        }
      }
    }
    return found.orElseThrow(() -> new BenchFailed("the ledger shows no started task"));
  }

  private void write(String ledger, byte[] template, int live) {
    String text = new String(template, StandardCharsets.UTF_8);
    String service = Tasks.evenTargets(Tasks.TARGETS, Tasks.PARTITIONS).getFirst().service();
    List<Target> targets = Tasks.evenTargets(live, Tasks.PARTITIONS);
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", stage.bootstrap(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      // The task that was copied is one of them.
      for (int number = 1; number < live; number++) {
        Target target = targets.get(number);
        String id = "bench-%010d".formatted(number);
        String value = text.replace(Tasks.ID, id).replace(service, target.service());
        int partition = TargetPartition.of(target.key(), Tasks.PARTITIONS);
        var _ = producer.send(new ProducerRecord<>(ledger, partition, utf8(id), utf8(value)));
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
