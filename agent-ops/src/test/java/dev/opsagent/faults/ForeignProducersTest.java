package dev.opsagent.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RawProducer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients in two languages, which put keys on partitions differently, send tasks for the same
 * targets at once. Without a key a record lands anywhere; what a producer can rely on is the order
 * of what it puts on one partition, which with a key is all that it sends to a target.
 */
@Tag("core")
final class ForeignProducersTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final int TARGETS = 50;
  private static final int EACH = 4;

  /** Who sends, and whether with a key: a task's id is {@code <producer>-<target>-<number>}. */
  private enum Sender {
    JAVA(true),
    JAVAKEYLESS(false),
    PYTHON(true),
    PYTHONKEYLESS(false);

    private final boolean keyed;

    Sender(boolean keyed) {
      this.keyed = keyed;
    }
  }

  @Test
  void tasks_of_java_and_python_for_one_target_run_one_at_a_time_and_in_order(
      @TempDir Path folder, TestReporter reporter) throws Exception {
    Peers.require(
        "confluent_kafka of " + PYTHON,
        () -> succeeds(PYTHON, "-c", "import confluent_kafka"),
        "apt-get install python3-confluent-kafka");
    Fleet.Layout layout = Fleet.Layout.shared().partitions(6).with("signatures: off\n");
    try (Fleet fleet = Fleet.create(folder, layout);
        ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      fleet.startWorker();
      fleet.startWorker().awaitReady();
      List<String> ids = new ArrayList<>();
      List<CompletableFuture<Void>> sent = new ArrayList<>();
      for (Sender sender : Sender.values()) {
        List<TaskDispatch> tasks = tasks(sender);
        ids.addAll(Orders.ids(tasks));
        sent.add(CompletableFuture.runAsync(() -> send(fleet, sender, tasks), senders));
      }
      sent.forEach(CompletableFuture::join);
      fleet.awaitEnds(ids, Fleet.PATIENCE);

      Books books = Books.agree(fleet);
      assertThat(books.tasks()).isEqualTo(Sender.values().length * TARGETS * EACH);
      assertThat(ids).allMatch(id -> books.end(id) == TaskState.SUCCEEDED);
      Map<String, Integer> arrivals = arrivals(fleet);
      eachProducersOrderStands(fleet, arrivals);
      reporter.publishEntry("forwarded", forwarded(fleet) + " of " + ids.size());
      assertThat(forwarded(fleet)).isGreaterThan(ids.size() / 4);
      assertThat(
              fleet.world.effects().lines().stream()
                  .map(EffectLedger.Line::worker)
                  .collect(Collectors.toSet()))
          .as("both workers did some")
          .hasSize(2);
    }
  }

  private static List<TaskDispatch> tasks(Sender sender) {
    List<TaskDispatch> tasks = new ArrayList<>();
    for (int number = 0; number < EACH; number++) {
      for (int target = 0; target < TARGETS; target++) {
        String id = "%s-%d-%d".formatted(sender, target, number);
        tasks.add(Orders.order(id, "shared-" + target));
      }
    }
    return tasks;
  }

  private static void send(Fleet fleet, Sender sender, List<TaskDispatch> tasks) {
    try {
      switch (sender) {
        case JAVA, JAVAKEYLESS -> sendByJava(fleet, sender, tasks);
        case PYTHON, PYTHONKEYLESS -> sendByPython(fleet, sender, tasks);
      }
    } catch (Exception e) {
      throw new IllegalStateException(sender + " could not send", e);
    }
  }

  private static void sendByJava(Fleet fleet, Sender sender, List<TaskDispatch> tasks)
      throws Exception {
    try (RawProducer producer = new RawProducer(fleet.layout.bootstrap())) {
      for (TaskDispatch task : tasks) {
        producer.send(
            fleet.topics.tasks(),
            null,
            sender.keyed ? task.target().key() : null,
            Json.write(task),
            RawProducer.binary(MessageType.TASK_DISPATCH.type()));
      }
    }
  }

  private static void sendByPython(Fleet fleet, Sender sender, List<TaskDispatch> tasks)
      throws IOException {
    List<String> lines =
        tasks.stream()
            .map(task ->
                (sender.keyed ? task.target().key() : "")
                    + "\t"
                    + new String(Json.write(task), UTF_8))
            .toList();
    Path file = Files.write(fleet.folder.resolve(sender + ".tasks"), lines);
    String script = Path.of("src/test/resources/faults/produce.py").toAbsolutePath().toString();
    assertThat(
            succeeds(
                PYTHON, script, fleet.layout.bootstrap(), fleet.topics.tasks(), file.toString()))
        .isTrue();
  }

  private static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** The partition that each task was first put on. */
  private static Map<String, Integer> arrivals(Fleet fleet) {
    Map<String, Integer> arrivals = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : fleet.bus.records(fleet.topics.tasks())) {
      if (!isForwarded(record)) {
        arrivals.put(Json.readTree(record.value()).path("taskId").asString(), record.partition());
      }
    }
    return arrivals;
  }

  private static long forwarded(Fleet fleet) {
    return fleet.bus.records(fleet.topics.tasks()).stream()
        .filter(ForeignProducersTest::isForwarded)
        .count();
  }

  private static boolean isForwarded(ConsumerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader("ops-forwarded-from") != null;
  }

  private static void eachProducersOrderStands(Fleet fleet, Map<String, Integer> arrivals) {
    Map<String, List<Integer>> numbers = new HashMap<>();
    LinkedHashSet<String> ran =
        fleet.world.effects().lines().stream()
            .map(EffectLedger.Line::taskId)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (String id : ran) {
      String queue = id.substring(0, id.lastIndexOf('-')) + " by partition " + arrivals.get(id);
      numbers
          .computeIfAbsent(queue, _ -> new ArrayList<>())
          .add(Integer.parseInt(id.substring(id.lastIndexOf('-') + 1)));
    }
    numbers.forEach((queue, order) -> assertThat(order).as(queue).isSorted());
    assertThat(
            numbers.keySet().stream()
                .filter(it -> it.startsWith("PYTHON-") || it.startsWith("JAVA-")))
        .as("with a key, all tasks of a producer for a target are in one queue")
        .hasSize(2 * TARGETS);
  }
}
