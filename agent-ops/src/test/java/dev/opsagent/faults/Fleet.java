package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.StartAt;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Subscription;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.BusView;
import dev.opsagent.testing.TestBroker;
import dev.opsagent.testing.TestKeys;
import dev.opsagent.testing.WorkerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;

/**
 * Rehearsal workers that share topics, a group and a {@link FileWorld}, which no other test has.
 */
final class Fleet implements AutoCloseable {
  /** What anything may take on a slow machine that other builds share. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Lines of each worker's log that a failure shows. */
  private static final int LAST_WORDS = 60;

  final Path folder;
  final Layout layout;
  private final boolean signed;
  final Topics topics;
  final OpsClient client;
  final BusView bus;
  final FileWorld world;
  private final List<WorkerProcess> workers = new ArrayList<>();
  private final Map<String, TaskState> ended = new ConcurrentHashMap<>();
  private Optional<Subscription> following = Optional.empty();

  /**
   * How the fleet is laid out.
   *
   * @param bootstrap where this test reads and writes; a worker may be told another way
   * @param sessionTimeout after which a silent worker's partitions go to another
   * @param more lines of the workers' configuration, as YAML
   */
  record Layout(
      String bootstrap,
      String prefix,
      Optional<String> suffix,
      String group,
      int partitions,
      int replication,
      Duration sessionTimeout,
      String more) {

    /** On the broker that all tests share. */
    static Layout shared() {
      return on(TestBroker.bootstrap());
    }

    static Layout on(String bootstrap) {
      String prefix = TestBroker.unique("fleet");
      return new Layout(
          bootstrap, prefix, Optional.empty(), prefix, 2, 1, Duration.ofSeconds(2), "");
    }

    Layout partitions(int count) {
      return new Layout(bootstrap, prefix, suffix, group, count, replication, sessionTimeout, more);
    }

    Layout replication(int count) {
      return new Layout(bootstrap, prefix, suffix, group, partitions, count, sessionTimeout, more);
    }

    Layout sessionTimeout(Duration timeout) {
      return new Layout(bootstrap, prefix, suffix, group, partitions, replication, timeout, more);
    }

    /** Another fleet, under the same prefix. */
    Layout suffix(String name) {
      return new Layout(
          bootstrap,
          prefix,
          Optional.of(name),
          group + "-" + name,
          partitions,
          replication,
          sessionTimeout,
          more);
    }

    Layout group(String id) {
      return new Layout(
          bootstrap, prefix, suffix, id, partitions, replication, sessionTimeout, more);
    }

    Layout with(String yaml) {
      return new Layout(
          bootstrap, prefix, suffix, group, partitions, replication, sessionTimeout, more + yaml);
    }

    private String configuration(String reachedBy) {
      String fleet = suffix.map(name -> "  fleet: " + name + "\n").orElse("");
      return """
      bootstrap: %s
      group: %s
      http:
        port: 0
      session-timeout: %dms
      environments: [local]
      topics:
        prefix: %s
        partitions: %d
        replication: %d
      %s%s\
      """
          .formatted(
              reachedBy,
              group,
              sessionTimeout.toMillis(),
              prefix,
              partitions,
              replication,
              fleet,
              more);
    }
  }

  /**
   * How one worker is started.
   *
   * @param bootstrap how it reaches the brokers
   * @param options of its JVM
   * @param environment added to that of the tests
   */
  record Start(String bootstrap, List<String> options, Map<String, String> environment) {
    Start {
      options = List.copyOf(options);
      environment = Map.copyOf(environment);
    }
  }

  private Fleet(Path folder, Layout layout, boolean signed) {
    this.signed = signed;
    this.folder = folder;
    this.layout = layout;
    this.topics = Topics.of(Optional.of(layout.prefix()), layout.suffix());
    this.client =
        signed
            ? TestKeys.client(layout.bootstrap(), topics)
            : new OpsClient(Map.of("bootstrap.servers", layout.bootstrap()), topics);
    this.bus = new BusView(client, topics);
    this.world = new FileWorld(folder.resolve("world"));
  }

  /** A fleet without workers. */
  static Fleet create(Path folder, Layout layout) {
    return new Fleet(folder, layout, true);
  }

  /** One in which nobody signs, for more messages than could be signed in the time. */
  static Fleet unsigned(Path folder, Layout layout) {
    return new Fleet(folder, layout, false);
  }

  /** The consumer group that the workers share. */
  String group() {
    return layout.group();
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", layout.bootstrap()));
  }

  /** Starts a worker with a disk of its own; it is not ready yet. */
  WorkerProcess startWorker() {
    return startWorker(new Start(layout.bootstrap(), List.of(), Map.of()));
  }

  WorkerProcess startWorker(Start start) {
    return startWorker(start, workers.size() + 1);
  }

  /** Starts a worker on the disk that another one has left; the first is number 1. */
  WorkerProcess startWorker(int disk) {
    return startWorker(new Start(layout.bootstrap(), List.of(), Map.of()), disk);
  }

  private WorkerProcess startWorker(Start start, int disk) {
    int number = workers.size() + 1;
    Path configuration = folder.resolve("worker-" + number + ".yaml");
    List<String> program =
        List.of(
            RehearsalWorker.class.getName(),
            configuration.toString(),
            data(disk).toString(),
            folder.resolve("world").toString());
    try {
      Files.writeString(
          configuration,
          layout.configuration(start.bootstrap())
              + (signed ? TestKeys.configuration(folder) : "signatures: off\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    WorkerProcess worker =
        WorkerProcess.start(
            new WorkerProcess.Command(start.options(), start.environment(), program),
            folder,
            number);
    workers.add(worker);
    return worker;
  }

  /** The disk of a worker; the first is number 1. */
  Path data(int number) {
    return folder.resolve("data-" + number);
  }

  /** Sends a task and waits until it lies on the topic. */
  void send(TaskDispatch task) {
    send(List.of(task));
  }

  /** Sends many tasks, each target's in their order, and waits until all lie on the topic. */
  void send(Collection<TaskDispatch> tasks) {
    CompletableFuture<?>[] sent =
        tasks.stream()
            .map(task -> client.dispatch(task).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(sent).join();
  }

  /** Waits until the task has ended, or a person must decide. */
  StatusReport await(String taskId) {
    return client.awaitEndOrPerson(taskId, PATIENCE);
  }

  /** Waits until the task has ended, whatever a person is asked meanwhile. */
  StatusReport awaitEnd(String taskId) {
    return client.await(taskId, PATIENCE);
  }

  /** Sends a task past the backlog. */
  void sendAhead(TaskDispatch task) {
    client.dispatchAhead(task).toCompletableFuture().join();
  }

  /** Asks that the task end, and waits until that lies on the topic. */
  void cancel(TaskDispatch task) {
    client
        .control(new TaskCancel(task.taskId(), task.target(), "ada", "not now"))
        .toCompletableFuture()
        .join();
  }

  void resolve(TaskDispatch task, TaskResolve.Decision decision) {
    client
        .control(new TaskResolve(task.taskId(), task.target(), "ada", decision, "looked"))
        .toCompletableFuture()
        .join();
  }

  StatusReport run(TaskDispatch task) {
    send(task);
    return await(task.taskId());
  }

  /** The tasks that have ended by their reports, as far as they have been read. */
  Set<String> ended() {
    if (following.isEmpty()) {
      following =
          Optional.of(client.subscribe(topics.status(), StartAt.beginning(), this::noteEnd));
    }
    return ended.keySet();
  }

  private void noteEnd(ConsumerRecord<byte[], byte[]> record) {
    TaskState state = TaskState.valueOf(Json.readTree(record.value()).path("state").asString());
    if (state.isEnd()) {
      ended.put(new String(record.key(), java.nio.charset.StandardCharsets.UTF_8), state);
    }
  }

  /** Waits until all these tasks have ended. */
  void awaitEnds(Collection<String> taskIds, Duration atMost) {
    Awaitility.await()
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() ->
            assertThat(taskIds.stream().filter(id -> !ended().contains(id)))
                .as(() -> "tasks that have not ended; the workers say last:\n" + lastWords())
                .isEmpty());
  }

  private String lastWords() {
    return workers.stream()
        .map(worker -> worker.log().lines().toList())
        .map(lines -> lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size()))
        .map(lines -> String.join("\n", lines))
        .collect(Collectors.joining("\n--\n"));
  }

  /** Waits until the effect ledger has such a line. */
  void awaitEffect(String taskId, String step, EffectLedger.Kind kind) {
    Awaitility.await(taskId + " " + step + " " + kind)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> world.effects().count(taskId, step, kind) > 0);
  }

  @Override
  public void close() {
    workers.forEach(WorkerProcess::close);
    client.close();
  }
}
