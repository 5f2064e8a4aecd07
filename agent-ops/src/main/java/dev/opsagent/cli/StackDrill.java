package dev.opsagent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.cli.drill.ComposeProject;
import dev.opsagent.cli.drill.Released;
import dev.opsagent.cli.drill.StackRegistry;
import dev.opsagent.cli.drill.StackReports;
import dev.opsagent.cli.drill.StackResult;
import dev.opsagent.configuration.Setting;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/** The drill's course: a stack, a release from outside, then a kill and an upgrade under load. */
final class StackDrill {
  private static final int WORKERS = 3;
  private static final int PARTITIONS = 6;
  private static final int TARGETS_OF_PARTITION = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(6);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final String WORKER = "worker";
  private static final String IMAGE = "ops-agent/worker:tools";

  private final Surroundings around;
  private final ComposeProject project;
  private final String name;
  private final Path folder;
  private final StackReports reports = new StackReports();
  private final List<String> services = services();
  private final int kafka = LocalPorts.free();
  private final StackRegistry registry = new StackRegistry(LocalPorts.free());

  StackDrill(Surroundings around, ComposeProject project, String name, Path folder) {
    this.around = around;
    this.project = project;
    this.name = name;
    this.folder = folder;
  }

  /** So many of each partition, so that every worker has work. */
  private static List<String> services() {
    Map<Integer, Integer> taken = new HashMap<>();
    List<String> services = new ArrayList<>();
    for (int i = 0; services.size() < PARTITIONS * TARGETS_OF_PARTITION; i++) {
      int partition = TargetPartition.of("local/shop-" + i, PARTITIONS);
      if (taken.merge(partition, 1, Integer::sum) <= TARGETS_OF_PARTITION) {
        services.add("shop-" + i);
      }
    }
    return services;
  }

  StackResult run(int tasks) throws IOException, InterruptedException {
    start();
    repositories();
    project.compose("cp", WORKER + ":/var/lib/ops-agent/keys/operator.jwk", key().toString());
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.BOOTSTRAP, "127.0.0.1:" + kafka);
    flags.put(Setting.KEY, key().toString());
    try (Bus bus = ClientBus.open(new ConfigurationOptions().load(around, flags).configuration());
        Bus.Reports stream = bus.reports(Optional.empty(), Bus.From.NOW)) {
      say("dispatching a release from outside");
      dispatch(bus, 1);
      await(stream, "see the first release end", () -> reports.open().isEmpty());
      say("scaling to %d workers".formatted(WORKERS));
      scale();
      double takeover = killed(bus, stream, tasks / 2);
      double upgrade = upgraded(bus, stream, tasks - tasks / 2);
      return result(takeover, upgrade);
    }
  }

  private Path key() {
    return folder.resolve("operator.jwk");
  }

  private void start() throws IOException, InterruptedException {
    project.set("OPS_AGENT_KAFKA_PORT", Integer.toString(kafka));
    project.set("OPS_AGENT_NPM_PORT", Integer.toString(registry.port()));
    project.set("OPS_AGENT_PROMETHEUS_PORT", Integer.toString(LocalPorts.free()));
    project.set("OPS_AGENT_IMAGE", IMAGE);
    say("building the worker's image (a minute or two at first use)");
    project.compose("build", "--quiet", WORKER);
    say("starting the stack as the project " + name);
    project.compose("up", "--detach", "--wait", "npm");
    project.set("NPM_TOKEN", registry.token());
    project.compose("up", "--detach", "--wait");
  }

  /** A bare repository for each target, written by the git of the worker's image. */
  private void repositories() throws IOException, InterruptedException {
    say("making %d repositories".formatted(services.size()));
    for (String service : services) {
      String folder = "/srv/git/" + service + ".git";
      git("init", "--quiet", "--bare", "--initial-branch", "main", folder);
      project.compose(
          history(service), "exec", "-T", WORKER, "git", "-C", folder, "fast-import", "--quiet");
    }
  }

  private String git(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("exec", "-T", WORKER, "git"));
    command.addAll(List.of(arguments));
    return project.compose(command.toArray(String[]::new));
  }

  /** One commit, as git's fast-import reads it. */
  private static byte[] history(String service) {
    String manifest =
        Json.mapper()
            .createObjectNode()
            .put("name", packageName(service))
            .put("version", "1.0.0")
            .put("license", "Apache-2.0")
            .toPrettyString();
    return """
    commit refs/heads/main
    committer Sample Engineer <engineer@example.org> 1767225600 +0000
    data 11
    feat: begin
    M 100644 inline package.json
    data %d
    %s
    """
        .formatted(manifest.getBytes(UTF_8).length, manifest)
        .getBytes(UTF_8);
  }

  private static String packageName(String service) {
    return "ops-agent-drill-" + service;
  }

  private void dispatch(Bus bus, int tasks) {
    for (int i = 0; i < tasks; i++) {
      int number = reports.count();
      String service = services.get(number % services.size());
      ObjectNode parameters = Json.mapper().createObjectNode().put("bump", "patch");
      parameters.putObject("publish");
      RepositoryRef repository =
          new RepositoryRef(
              "file:///srv/git/" + service + ".git", Optional.of("main"), Optional.empty());
      TaskDispatch task =
          Orders.task(
              "drill", name + "-" + number, "push", service, parameters, Optional.of(repository));
      reports.sent(task);
      bus.send(task);
    }
  }

  private void scale() throws IOException, InterruptedException {
    project.compose(
        "up",
        "--detach",
        "--wait",
        "--no-deps",
        "--no-recreate",
        "--scale",
        WORKER + "=" + WORKERS,
        WORKER);
  }

  /** Kills one of the workers amid steps. */
  private double killed(Bus bus, Bus.Reports stream, int tasks)
      throws IOException, InterruptedException {
    String victim = project.containers(WORKER).getFirst();
    say("dispatching %d releases, and killing a worker amid them".formatted(tasks));
    long begun = reports.begun();
    dispatch(bus, tasks);
    long enough = begun + Math.min(tasks, services.size()) / 2;
    await(stream, "see the releases begin", () -> reports.begun() >= enough);
    project.docker("kill", victim);
    Instant killed = around.clock().instant();
    Set<String> targets = reports.targets();
    await(stream, "see the targets served again", () -> reports.heardOf(targets, killed));
    double seconds = seconds(reports.silence(targets, killed));
    say(
        "%d targets had work; the last was served again after %.1f s"
            .formatted(targets.size(), seconds));
    await(stream, "see the releases end", () -> reports.open().isEmpty());
    project.docker("rm", "--force", "--volumes", victim);
    scale();
    return seconds;
  }

  /** Replaces one worker after the other by one of a new image. */
  private double upgraded(Bus bus, Bus.Reports stream, int tasks)
      throws IOException, InterruptedException {
    project.docker(
        "FROM %s\nLABEL dev.opsagent.drill=%s\n".formatted(IMAGE, name).getBytes(UTF_8),
        List.of("build", "--quiet", "--tag", next(), "-"));
    project.set("OPS_AGENT_IMAGE", next());
    List<String> old = project.containers(WORKER);
    say("dispatching %d releases, and replacing all workers amid them".formatted(tasks));
    dispatch(bus, tasks);
    Instant begun = around.clock().instant();
    for (String container : old) {
      project.docker("stop", container);
      project.docker("rm", "--volumes", container);
      scale();
    }
    double seconds = seconds(Duration.between(begun, around.clock().instant()));
    await(stream, "see the releases end", () -> reports.open().isEmpty());
    return seconds;
  }

  private String next() {
    return "ops-agent/worker:" + name;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Holds what was told against what the registry and the repositories have. */
  private StackResult result(double takeover, double upgrade)
      throws IOException, InterruptedException {
    int missing = 0;
    int repeated = reports.endedAgain();
    int reordered = 0;
    for (String service : services) {
      Released released =
          new Released(
              reports.versions("local/" + service),
              registry.versions(packageName(service)),
              git("-C", "/srv/git/" + service + ".git", "tag", "--list").lines().toList());
      missing += released.missing();
      repeated += released.repeated();
      reordered += released.reordered();
    }
    return new StackResult(
        reports.count(),
        reports.ended(TaskState.SUCCEEDED),
        reports.open().size() + missing,
        repeated,
        reordered,
        WORKERS,
        takeover,
        upgrade);
  }

  /** Removes the stack, and the image that was made for it. */
  void remove() throws IOException, InterruptedException {
    project.remove();
    if (!project.docker("images", "--quiet", next()).isEmpty()) {
      project.docker("rmi", next());
    }
  }

  /** A task that failed has failed the drill; nothing is waited for any longer. */
  private void await(Bus.Reports stream, String what, BooleanSupplier done) {
    Instant deadline = around.clock().instant().plus(PATIENCE);
    while (!done.getAsBoolean()) {
      List<String> failures = reports.failures();
      if (!failures.isEmpty() || around.clock().instant().isAfter(deadline)) {
        String open =
            "%d of %d tasks have not ended".formatted(reports.open().size(), reports.count());
        throw new CommandFailed(
            ExitCode.FAILED,
            Failure.of(
                ReasonCode.PRECONDITION_FAILED,
                what,
                failures.isEmpty() ? open : String.join("; ", failures) + "; " + open,
                "see what the workers say: docker compose logs worker"));
      }
      reports.came(stream.poll(LOOK));
    }
  }

  private void say(String line) {
    around.err().println("• " + line);
    around.err().flush();
  }
}
