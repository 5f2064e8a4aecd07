package dev.opsagent.endtoend;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.BusView;
import dev.opsagent.testing.TestBroker;
import dev.opsagent.testing.TestKeys;
import dev.opsagent.testing.Verdaccio;
import dev.opsagent.testing.WorkerProcess;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A broker, a registry, services and a worker in a process of its own, with topics, a group and a
 * data folder that no other test has.
 */
final class TestStack implements AutoCloseable {
  /** What a push may take on a slow machine that other builds share. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  final Path folder;
  final Path data;
  final Topics topics;
  final OpsClient client;
  final RegistryView registry;
  private final BusView bus;
  private final Path configuration;
  private final LocalVerdaccio verdaccio;
  private final List<SampleService> services = new ArrayList<>();
  private final List<WorkerProcess> workers = new ArrayList<>();

  private TestStack(Path folder, String prefix) {
    this.folder = folder;
    this.data = folder.resolve("data");
    this.configuration = folder.resolve("worker.yaml");
    this.topics = Topics.of(Optional.of(prefix), Optional.empty());
    this.verdaccio = Verdaccio.start(folder.resolve("verdaccio"));
    this.registry = new RegistryView(verdaccio.url());
    this.client = TestKeys.client(TestBroker.bootstrap(), topics);
    this.bus = new BusView(client, topics);
    write(folder.resolve("npm.token"), verdaccio.token());
    write(configuration, configuration(prefix) + TestKeys.configuration(folder));
  }

  /** Starts everything but the worker. */
  static TestStack create(Path folder) {
    return new TestStack(folder, TestBroker.unique("walk"));
  }

  /** Starts everything. */
  static TestStack start(Path folder) {
    TestStack stack = create(folder);
    stack.startWorker().awaitReady();
    return stack;
  }

  private String configuration(String prefix) {
    return """
    bootstrap: %s
    topics:
      prefix: %s
      partitions: 2
      replication: 1
    group: %s
    http:
      port: 0
    session-timeout: 2s
    environments: [local]
    registries:
      npm:
        url: %s
        credential: npm
    secrets:
      npm:
        file: %s
    """
        .formatted(
            TestBroker.bootstrap(), prefix, prefix, verdaccio.url(), folder.resolve("npm.token"));
  }

  /** Declares environments, instead of naming the local one only, before a worker starts. */
  void declare(String yaml) {
    Path file = folder.resolve("environments.yaml");
    write(file, yaml);
    String named = "environments: [local]";
    write(
        configuration,
        read(configuration).replace(named, "environments: {file: %s}".formatted(file)));
  }

  /** Names a gate policy of the test's own, before a worker starts. */
  void gates(String yaml) {
    Path file = folder.resolve("gates.yaml");
    write(file, yaml);
    configure("policy: {gates: %s}\n".formatted(file));
  }

  /** Lets a release be deployed again that failed, and waits until it may. */
  void lift(Target target, String digest) {
    client
        .control(new QuarantineLift(target, "ana", digest, "was the network"))
        .toCompletableFuture()
        .join();
    Awaitility.await().until(() -> deployment(target).quarantined().isEmpty());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Declares more secrets, before a worker starts. */
  void declareSecrets(String yaml) {
    write(configuration, read(configuration).replace("secrets:\n", "secrets:\n" + yaml.indent(2)));
  }

  /** Adds to the configuration of the workers that start from now on. */
  void configure(String yaml) {
    try {
      Files.writeString(configuration, yaml, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WorkerProcess startWorker() {
    return startWorker(data);
  }

  /** Starts a worker that finds nothing on its disk but what it made itself. */
  WorkerProcess startWorker(Path data) {
    return startWorker(data, Map.of());
  }

  /** Starts a worker with more in its environment. */
  WorkerProcess startWorker(Map<String, String> environment) {
    return startWorker(data, environment);
  }

  private WorkerProcess startWorker(Path data, Map<String, String> environment) {
    WorkerProcess.Command usual = WorkerProcess.Command.operators(configuration, data);
    WorkerProcess worker =
        WorkerProcess.start(
            new WorkerProcess.Command(usual.options(), environment, usual.program()),
            folder,
            workers.size() + 1);
    workers.add(worker);
    return worker;
  }

  SampleService service(String name) {
    SampleService service = SampleService.create(folder, name);
    services.add(service);
    return service;
  }

  void dispatch(TaskDispatch task) {
    client.dispatch(task).toCompletableFuture().join();
  }

  /** Waits until the task has ended, or a person must decide. */
  StatusReport await(String taskId) {
    return client.awaitEndOrPerson(taskId, PATIENCE);
  }

  StatusReport run(TaskDispatch task) {
    dispatch(task);
    return await(task.taskId());
  }

  /** What a task leaves behind in its folder. */
  Path workspace(String taskId) {
    return data.resolve("workspaces").resolve(taskId);
  }

  /** Where the registry keeps its packages. */
  Path registryStorage() {
    return folder.resolve("verdaccio").resolve("storage");
  }

  List<StatusReport> reports(String taskId) {
    return bus.reports(taskId);
  }

  /** The audit records of a task; fails when a chain of the topic is broken anywhere. */
  List<AuditRecord> audit(String taskId) {
    return bus.audit(taskId);
  }

  List<Escalation> escalations(String taskId) {
    return bus.escalations(taskId);
  }

  List<Learning> learnings(Target target) {
    return bus.messages(topics.learnings(), Learning.class).stream()
        .filter(learning -> learning.target().filter(target::equals).isPresent())
        .toList();
  }

  /** The newest record of what runs on the target. */
  DeploymentRecord deployment(Target target) {
    return bus.messages(topics.deployments(), DeploymentRecord.class).stream()
        .filter(record -> record.target().equals(target))
        .toList()
        .getLast();
  }

  private static void write(Path file, String content) {
    try {
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    workers.forEach(WorkerProcess::close);
    services.forEach(SampleService::close);
    client.close();
    verdaccio.close();
  }
}
