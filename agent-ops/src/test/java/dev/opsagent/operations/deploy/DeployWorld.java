package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.HealthProbe.Page;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ShelfRegistry;
import dev.opsagent.testing.WatchedRuntime;
import dev.opsagent.tools.git.GitRepository;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** An environment with something that runs there, as tests say, and tasks that are to change it. */
abstract class DeployWorld {
  static final String NEW = "sha256:" + "1".repeat(64);
  static final String OLD = "sha256:" + "0".repeat(64);

  @TempDir Path folder;

  Optional<ServiceRuntime.Running> running = Optional.empty();
  Optional<ReasonCode> doubt = Optional.empty();
  final List<String> takenBack = new ArrayList<>();
  Optional<DeploymentRecord> known = Optional.empty();
  Environment environment = Environment.undeclared("local");
  String repository = "";
  String requirements = "{}";
  Optional<String> promotesFrom = Optional.empty();
  final Map<Target, DeploymentRecord> elsewhere = new HashMap<>();
  List<String> losses = List.of();
  List<String> foreign = List.of();
  Optional<URI> prometheus = Optional.empty();
  List<MetricCheck> metrics = List.of();
  final ShelfRegistry registry = new ShelfRegistry();

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  List<String> steps(String parameters) {
    return operation().plan(task(parameters), sight(parameters).facts()).steps().stream()
        .map(PlannedStep::name)
        .toList();
  }

  Operation service(String name) {
    return ServiceOperation.all(adapters()).stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  List<String> steps(Operation operation, String parameters) {
    TaskDispatch task = task(operation, parameters);
    return operation.plan(task, observed(operation, parameters)).steps().stream()
        .map(PlannedStep::name)
        .toList();
  }

  Facts observed(Operation operation, String parameters) {
    TaskDispatch task = task(operation, parameters);
    Resolution resolution = operation.resolve(task, context(task, Facts.NONE));
    return ((Resolution.Resolved) resolution).observations();
  }

  /** Only a deploy takes a port. */
  TaskDispatch task(Operation operation, String parameters) {
    TaskDispatch task = task(parameters);
    if (!operation.name().equals("deploy")) {
      task.parameters().remove("port");
    }
    return task;
  }

  void runs(String digest) {
    running =
        Optional.of(
            new ServiceRuntime.Running(
                "0", digest, "task-0", "one", Optional.empty(), Optional.empty()));
  }

  void known(Optional<String> verified, List<String> quarantined, String runtime) {
    Optional<DeploymentRecord.Release> release =
        verified.map(
            digest -> new DeploymentRecord.Release("0", digest, "", runtime, Optional.empty()));
    known =
        Optional.of(
            new DeploymentRecord(
                task("image: web:1").target(),
                release,
                release,
                quarantined,
                "task-0",
                Instant.EPOCH));
  }

  static Limits limits(double cpus, long memory) {
    return new Limits(Optional.of(BigDecimal.valueOf(cpus)), Optional.of(memory), 1);
  }

  Environment with(Kind kind, RuntimeKind runtime, Limits limits) {
    return with(kind, Set.of(runtime), limits);
  }

  Environment with(Kind kind, Set<RuntimeKind> runtimes, Limits limits) {
    return new Environment(
        "local",
        kind,
        runtimes,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        prometheus,
        Set.of(Environment.Strategy.RECREATE),
        promotesFrom,
        new Environment.Verification(
            Optional.empty(),
            Optional.empty(),
            20,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofSeconds(7),
            metrics),
        limits,
        Optional.empty(),
        Duration.ofMinutes(2),
        List.of(),
        false,
        Environment.Wall.NONE);
  }

  /** Why a task is refused; empty when it is accepted. */
  String refused(String parameters) {
    return operation().refuse(task(parameters)).map(Failure::sentence).orElse("");
  }

  Resolution resolve(String parameters) {
    TaskDispatch task = task(parameters);
    return operation().resolve(task, context(task, Facts.NONE));
  }

  ReasonCode refusal(String parameters) {
    return ((Resolution.Unresolved) resolve(parameters)).failure().code();
  }

  Sight sight(String parameters) {
    return Sight.of(((Resolution.Resolved) resolve(parameters)).observations());
  }

  Sight.Terms terms(String parameters) {
    return sight(parameters).terms();
  }

  TaskDispatch task(String parameters) {
    String flow = parameters.startsWith("{") ? parameters : "{" + parameters + "}";
    String quoted = flow.replaceAll("image: (?!')([^,}]+)", "image: '$1'");
    String yaml =
        """
        taskId: t-1
        operation: deploy
        target: {environment: local, service: web}
        %s
        requirements: %s
        parameters: %s
        requestedBy: pm
        """
            .formatted(repository, requirements, quoted.replaceFirst("\\{", "{port: 8080, "));
    return Json.readYaml(bytes(yaml), TaskDispatch.class);
  }

  StepContext context(TaskDispatch task, Facts facts) {
    return new StepContext(task, facts, known, () -> {}, _ -> {}, Duration.ofMinutes(1));
  }

  DeployOperation operation() {
    return new DeployOperation(adapters());
  }

  Adapters adapters() {
    return new Adapters(
        () -> new Environments(List.of(environment)),
        Map.of(
            "docker",
            new OneService("docker"),
            "process",
            new OneService("process"),
            "compose",
            new OneService("compose"),
            "kubernetes",
            new OneService("kubernetes")),
        _ -> reference -> new Answer.Ok<>(new Images.Pinned(reference + "@" + NEW, NEW)),
        Map.of("npm", registry),
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        new NoProbe(),
        target -> new Answer.Ok<>(Optional.ofNullable(elsewhere.get(target))),
        (_, _, _) -> {
          throw new AssertionError("nothing is measured");
        },
        new OneWorkspace(folder),
        new NoPace());
  }

  /** Tells what runs, and whether it was to go back; nothing else may be asked of it. */
  private final class OneService extends WatchedRuntime {
    OneService(String kind) {
      super(kind);
    }

    @Override
    public Set<Environment.Strategy> strategies() {
      return kind().equals("docker")
          ? Set.of(Environment.Strategy.values())
          : Set.of(Environment.Strategy.RECREATE);
    }

    @Override
    public boolean replicates() {
      return kind().equals("docker");
    }

    @Override
    public boolean autoscales() {
      return kind().equals("kubernetes");
    }

    @Override
    public boolean isComposed() {
      return kind().equals("compose");
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return doubt
          .<Answer<Optional<Running>>>map(
              code -> new Answer.No<>(Failure.of(code, "see what runs", "nobody can say", "")))
          .orElseGet(() -> new Answer.Ok<>(running));
    }

    @Override
    public Answer<Optional<Running>> rollback(String target, String digest) {
      takenBack.add(digest);
      return new Answer.Ok<>(Optional.empty());
    }

    @Override
    public Answer<List<String>> foreign(String target, Release release) {
      return new Answer.Ok<>(foreign);
    }

    @Override
    public Answer<List<String>> losses(String target, Release release) {
      return new Answer.Ok<>(losses);
    }
  }

  private static final class NoProbe implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }
  }
}
