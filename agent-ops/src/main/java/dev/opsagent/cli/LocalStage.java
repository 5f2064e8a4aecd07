package dev.opsagent.cli;

import dev.opsagent.SystemTimers;
import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.Secrets;
import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Topics;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.tools.compose.ComposeRuntime;
import dev.opsagent.tools.docker.DockerMeter;
import dev.opsagent.tools.docker.DockerRuntime;
import dev.opsagent.tools.front.FrontedRuntime;
import dev.opsagent.tools.npm.LocalVerdaccio;
import dev.opsagent.tools.npm.NpmRegistry;
import dev.opsagent.tools.npm.NpmRegistrySettings;
import dev.opsagent.tools.process.NpmInstaller;
import dev.opsagent.tools.process.ProcessRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Everything that a demo or a drill needs around its worker; stops it in reverse order. */
final class LocalStage {
  private static final String TOKEN = "demo-registry";

  private static final Duration PUBLISHED = Duration.ofMinutes(1);
  private static final String TOKEN_VARIABLE = "OPS_AGENT_DEMO_TOKEN";

  private final Surroundings around;
  private final Path folder;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  LocalStage(Surroundings around, Path folder) {
    this.around = around;
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** The remote, with the sample service in it. */
  SampleRepository repository() throws IOException {
    say("making a bare git remote with a sample service");
    return SampleRepository.create(folder.resolve("git"));
  }

  String broker() throws IOException {
    say("starting a Kafka broker");
    EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    keep(broker);
    return broker.bootstrap();
  }

  /** The registry; empty when this machine cannot have one, which is then said. */
  Optional<LocalVerdaccio> registry() {
    return switch (localRegistry()) {
      case Answer.Ok<LocalVerdaccio>(LocalVerdaccio registry) -> Optional.of(registry);
      case Answer.No<LocalVerdaccio>(Failure failure) -> {
        say(failure.sentence() + ": nothing is published");
        yield Optional.empty();
      }
    };
  }

  /** The registry; the failure says what this machine lacks. */
  Answer<LocalVerdaccio> localRegistry() {
    if (new InstalledPrograms(around.environment()).find("npm").isEmpty()) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.TOOL_MISSING,
              "start a local npm registry",
              "npm is not installed",
              "install Node.js 20 with npm"));
    }
    say("starting a local npm registry (installed at first use, which takes a moment)");
    return LocalVerdaccio.start(cache(), folder.resolve("registry"), programs())
        .map(registry -> {
          keep(registry);
          return registry;
        });
  }

  /** The registry as a worker of this configuration writes to it. */
  PackageRegistry packages(Configuration configuration) {
    Configuration.NpmRegistry npm = configuration.npm().orElseThrow();
    NpmRegistrySettings settings =
        new NpmRegistrySettings(
            "npm",
            npm.url(),
            () -> configuration.secrets().resolve(npm.credential(), Secrets.Remote.NONE),
            folder.resolve("npm"),
            PUBLISHED);
    return new NpmRegistry(settings, programs());
  }

  RunningWorker worker(Configuration configuration) throws InterruptedException {
    say("starting a worker");
    RunningWorker worker = RunningWorker.start(configuration, around.environment());
    keep(worker);
    return worker;
  }

  /** Stops whatever service the target then has, when everything else stops. */
  void stopLater(String target, RuntimeKind kind) {
    endLater(() -> {
      try (SystemTimers timers = new SystemTimers()) {
        return new FrontedRuntime.Fronts(programs(), data(), System::nanoTime)
            .before(slots(kind, timers))
            .stop(target);
      }
    });
  }

  /** Does this once the worker has stopped; what is asked for last is done last. */
  void endLater(Supplier<Answer<Boolean>> end) {
    // Below the worker, which would otherwise find its service gone.
    parts.addLast(() -> {
      if (end.get() instanceof Answer.No<Boolean>(Failure failure)) {
        say(failure.sentence());
      }
    });
  }

  private ServiceRuntime slots(RuntimeKind kind, Timers timers) {
    return switch (kind) {
      case PROCESS ->
          new ProcessRuntime(
              programs(),
              data(),
              new NpmInstaller(programs(), Optional.empty()),
              UnaryOperator.identity(),
              timers::nanoTime);
      case DOCKER ->
          new DockerRuntime(
              ContainerEngines.only(around.environment()), UnaryOperator.identity(), timers);
      case COMPOSE -> {
        ContainerEngines engines = ContainerEngines.only(around.environment());
        yield new ComposeRuntime(programs(), data(), engines, new DockerMeter(engines), timers);
      }
      case KUBERNETES -> throw new IllegalArgumentException("no cluster is on this machine");
    };
  }

  Configuration configuration(String bootstrap, Optional<LocalVerdaccio> registry) {
    return configuration(
        bootstrap, registry, new Configuration.Served.Named(List.of("local")), signing());
  }

  /** The same for other environments. */
  Configuration configuration(
      String bootstrap, Optional<LocalVerdaccio> registry, Configuration.Served served) {
    return configuration(bootstrap, registry, served, signing());
  }

  /** The same for other environments, and for agents with keys of their own. */
  Configuration configuration(
      String bootstrap,
      Optional<LocalVerdaccio> registry,
      Configuration.Served served,
      Configuration.Signing signing) {
    Map<String, String> tokens =
        registry.map(it -> Map.of(TOKEN_VARIABLE, it.token())).orElse(Map.of());
    return new Configuration(
        new Configuration.Bus(bootstrap, Map.of()),
        new Configuration.TopicLayout(Topics.DEFAULT, 2, 1),
        "ops-agent",
        data(),
        new Configuration.Http("127.0.0.1", 0),
        Duration.ofSeconds(10),
        served,
        registry.map(it -> new Configuration.NpmRegistry(it.url(), Optional.of(TOKEN))),
        List.of(),
        new Secrets(Map.of(TOKEN, new Secrets.Source.Env(TOKEN_VARIABLE)), tokens),
        new Configuration.Timeouts(
            Duration.ofMinutes(5), Duration.ofMinutes(30), Duration.ofMinutes(1)),
        Configuration.Guarding.DEFAULT,
        Duration.ofDays(15),
        Configuration.Sandbox.DEFAULT,
        signing,
        Optional.empty(),
        Optional.empty());
  }

  private Configuration.Signing signing() {
    LocalKeys keys = LocalKeys.at(data(), around.user());
    return new Configuration.Signing(
        true,
        Optional.of(keys.trustFile()),
        Optional.of(keys.keyFile()),
        Configuration.Signing.BOUND);
  }

  void say(String line) {
    around.err().println("• " + line);
    around.err().flush();
  }

  /** Stops everything; harmless when repeated. */
  synchronized void close(boolean leaveFolder) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception failed) {
        say("could not stop everything: " + failed.getMessage());
      }
    }
    if (!leaveFolder) {
      delete();
    }
  }

  private void keep(AutoCloseable part) {
    parts.push(part);
  }

  private Path data() {
    return folder.resolve("worker");
  }

  private Path cache() {
    String cache = around.environment().get("XDG_CACHE_HOME");
    Path parent = cache == null ? around.home().resolve(".cache") : Path.of(cache);
    return parent.resolve("ops-agent");
  }

  private Programs programs() {
    String path = around.environment().getOrDefault("PATH", "");
    return new LocalPrograms(folder.resolve("programs"), path, Redactor.of(Map.of()), "auto");
  }

  private void delete() {
    try {
      FolderRemoval.remove(folder);
    } catch (IOException inUse) {
      say("could not delete " + folder + ": " + inUse.getMessage());
    }
  }
}
