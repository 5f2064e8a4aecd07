package dev.opsagent;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.routing.Router;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.configuration.OwnershipFile;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.console.HttpEndpoints;
import dev.opsagent.console.Metrics;
import dev.opsagent.console.Readiness;
import dev.opsagent.console.RedactedEncoder;
import dev.opsagent.evidence.EvidenceTable;
import dev.opsagent.evidence.PolicyGate;
import dev.opsagent.execution.Gate;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.execution.PartitionSettings;
import dev.opsagent.intake.Assignment;
import dev.opsagent.intake.Intake;
import dev.opsagent.intake.Territory;
import dev.opsagent.kafka.Bus;
import dev.opsagent.kafka.BusLoop;
import dev.opsagent.kafka.BusSettings;
import dev.opsagent.kafka.CardAnnouncement;
import dev.opsagent.kafka.ContextReader;
import dev.opsagent.kafka.DeploymentRecords;
import dev.opsagent.kafka.EventReader;
import dev.opsagent.kafka.RefusalNotices;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.kafka.TopicRetention;
import dev.opsagent.kafka.TopicSetup;
import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.operations.CheckedOperation;
import dev.opsagent.operations.RetentionCheck;
import dev.opsagent.operations.SignatureCheck;
import dev.opsagent.operations.WorkerCheck;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Target;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.sandbox.WallLevel;
import dev.opsagent.sandbox.WallReport;
import dev.opsagent.tools.docker.DockerLogins;
import dev.opsagent.tools.guards.ResilienceGuards;
import dev.opsagent.tools.http.BoundedGet;
import dev.opsagent.tools.kubernetes.KubeconfigLogins;
import dev.opsagent.tools.kubernetes.KubernetesSecrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a worker in the one order in which they need each other. */
record Assembly(
    Configuration configuration,
    Map<String, String> environment,
    Metrics metrics,
    Optional<Map<String, Operation>> rehearsed,
    Deque<AutoCloseable> running) {

  private static final Logger LOG = LoggerFactory.getLogger(OpsAgent.class);

  /** How often the agent says that it is there. */
  private static final Duration CARD_PERIOD = Duration.ofMinutes(1);

  /** How often secrets are read again, in case that they were replaced. */
  private static final Duration REREAD = Duration.ofSeconds(30);

  /** After this a worker has come up, and does what only takes time from that. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  private static final int MOST_EVIDENCE = 120_000;
  private static final int MOST_OF_ONE_COMMIT = 1000;

  OpsAgent start() throws OpsAgent.CannotStart, InterruptedException {
    OperatorFiles files = OperatorFiles.open(configuration);
    Reloaded<Environments> environments = files.environments();
    Path data = folder(configuration.data());
    SystemTimers timers = keep(new SystemTimers());
    ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    running.push(workers::shutdownNow);
    Redactor redactor = redactor(timers);
    // Behind the wall that the configuration asks for.
    LocalPrograms runner =
        new LocalPrograms(
            data.resolve("scratch"),
            environment.getOrDefault("PATH", ""),
            redactor,
            configuration.sandbox().level());
    SecretValues secrets = secrets(redactor, runner, environments);
    secrets.reread();
    keep(Heartbeat.start(timers, REREAD, REREAD, workers, secrets::reread));
    BusSettings settings = bus().withRedactor(redactor);
    // Proving an operator's map takes a while; the brokers' answers do too.
    Future<OwnershipMap> proving = workers.submit(this::owners);
    Setup.Ready setup = topics(settings);
    OwnershipMap owners = made(proving);

    Workspaces workspaces = new TaskWorkspaces(data);
    Catalogue works = new Catalogue(configuration, data, environment, secrets, environments);
    // A rehearsed operation starts no program.
    Optional<LocalPrograms> programs =
        rehearsed.isPresent() ? Optional.empty() : Optional.of(runner);
    programs.ifPresent(it -> tell(it.wall()));
    boolean signed = configuration.signing().required();
    List<WorkerCheck> checks =
        List.of(
            new RetentionCheck(new TopicRetention(settings, setup.kept())),
            new SignatureCheck(signed));
    Map<String, Operation> catalogue =
        new HashMap<>(
            rehearsed.orElseGet(() ->
                works.operations(
                    programs.orElseThrow(),
                    workspaces,
                    owners,
                    new DeploymentRecords(settings),
                    keep(new BoundedGet(secrets::shown)),
                    timers)));
    catalogue.replaceAll((_, operation) -> new CheckedOperation(operation, checks));

    Intake intake =
        new Intake(
            delivery -> secrets.withoutSecrets(EventReader.read(delivery)),
            files.authenticator(),
            new Territory(
                catalogue, environments, enforced(signed), new Assignment(Router::shipped)),
            key -> TargetPartition.of(key, setup.partitions()),
            InstantSource.system());
    ContextIncidents strangers =
        new ContextIncidents(setup.partitions(), worker(environments.get()));
    EvidenceTable table = new EvidenceTable(MOST_EVIDENCE, MOST_OF_ONE_COMMIT);
    ContextReader context =
        new ContextReader(
            settings,
            new EvidenceAdmission(files.authenticator(), strangers),
            table,
            files::version,
            InstantSource.system());
    context.start();
    keep(context);
    Gate gate = new PolicyGate(files.gates(), environments, table, context::catchUp, signed);
    Telemetry telemetry =
        new Telemetry(
            metrics,
            keep(notices(settings, setup.partitions(), environments.get())),
            setup.partitions());
    Partitions partitions =
        new Partitions(
            new Partitions.Parts(
                catalogue,
                owners,
                secrets.redactor(),
                gate,
                following(context),
                intake,
                configuration.signing(),
                strangers,
                number -> index(data, number),
                limits(programs.map(LocalPrograms::wall)),
                timers,
                workers,
                ResilienceGuards.backoff(configuration.guarding()),
                guards(),
                workspaces::delete,
                progress(),
                telemetry));
    new TaskGauges(partitions::openTasks, timers::now).in(metrics);
    metrics.gauge(
        "evidence.current",
        "1 while all evidence that was there has been read",
        () -> context.isCurrent() ? 1 : 0);
    Bus bus =
        new Bus(
            () -> new BusLoop(settings, setup, partitions, telemetry, System::nanoTime),
            settings.revokeGrace(),
            InstantSource.system(),
            System::nanoTime);
    bus.start();
    running.push(() -> bus.close(settings.revokeGrace()));
    announce(settings, catalogue.keySet(), timers, workers);
    timers.schedule(SETTLED, () -> workers.execute(owners::prepare));
    Supplier<Readiness> readiness = () -> readiness(bus, telemetry, files);
    metrics.gauge(
        "ready", "1 while /readyz says that it takes tasks", () -> readiness.get().ready() ? 1 : 0);
    HttpEndpoints http =
        keep(http(bus, readiness, programs.map(LocalPrograms::wall).map(WallReport::of), redactor));
    return new OpsAgent(running, bus, http.address());
  }

  /** What this worker holds its tasks to, whatever their operation is. */
  private static Set<Requirement> enforced(boolean signed) {
    Set<Requirement> enforced = EnumSet.of(Requirement.APPROVALS, Requirement.EVIDENCE_RETENTION);
    if (signed) {
      enforced.add(Requirement.SIGNED);
    }
    return enforced;
  }

  /** The log is told of it before anything can be logged that is known to be a secret. */
  private Redactor redactor(SystemTimers timers) {
    Redactor redactor = new Redactor(timers::nanoTime);
    RedactedEncoder.useEverywhere(redactor);
    configuration.bus().logins().forEach(redactor::learn);
    return redactor;
  }

  private SecretValues secrets(
      Redactor redactor, LocalPrograms runner, Reloaded<Environments> environments) {
    KubernetesSecrets clusters =
        new KubernetesSecrets(
            name -> environments.get().find(name).flatMap(Environment::kubernetes), environment);
    Path folder = folder(configuration.data().resolve("secrets"));
    return new SecretValues(
        configuration.secrets(),
        redactor,
        new RemoteSecrets(runner, clusters, folder),
        () -> borrowed(environments.get()));
  }

  private Map<String, String> borrowed(Environments environments) {
    Map<String, String> logins = new HashMap<>(new DockerLogins(environment).passwords());
    environments.all().stream()
        .flatMap(declared -> declared.kubernetes().stream())
        .forEach(cluster -> logins.putAll(KubeconfigLogins.of(cluster)));
    return logins;
  }

  private static void tell(WallLevel.Report wall) {
    String open = String.join(", ", wall.named().notCovered());
    if (wall.level() == WallLevel.NONE) {
      LOG.warn("NO WALL around programs; not covered: {}", open.isEmpty() ? "all" : open);
      return;
    }
    LOG.info("wall around programs: {}; not covered: {}", wall.level().title(), open);
  }

  private static <T> T made(Future<T> making) throws OpsAgent.CannotStart, InterruptedException {
    try {
      return making.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OpsAgent.CannotStart refused) {
        throw refused;
      }
      throw new IllegalStateException("the map of owners cannot be read", e.getCause());
    }
  }

  /** A map that is missing or unsound stops the start; another one never takes its place. */
  private OwnershipMap owners() throws OpsAgent.CannotStart {
    return switch (OwnershipFile.load(configuration.ownership())) {
      case Loaded.Sound<OwnershipMap>(OwnershipMap map) -> map;
      case Loaded.Unsound<OwnershipMap> unsound ->
          throw new OpsAgent.CannotStart(List.of(unsound.failure()));
    };
  }

  private static Partitions.Evidence following(ContextReader context) {
    return new Partitions.Evidence() {
      @Override
      public Optional<Failure> catchUp(Duration atMost) {
        return context.catchUp(atMost);
      }

      @Override
      public Runnable onChange(Runnable listener) {
        return context.onChange(listener);
      }
    };
  }

  /** What the partitions of a fleet have in common is its worker, in any of its environments. */
  private static RefusalNotices notices(
      BusSettings settings, int partitions, Environments environments) {
    return new RefusalNotices(settings, partitions, worker(environments), InstantSource.system());
  }

  private static Target worker(Environments environments) {
    return new Target(environments.all().getFirst().name(), "ops-agent");
  }

  private void announce(
      BusSettings settings, Set<String> built, SystemTimers timers, ExecutorService workers) {
    String version =
        Optional.ofNullable(OpsAgent.class.getPackage().getImplementationVersion())
            .orElse("development");
    // Made once: what it says but for the time does not change.
    FutureTask<AgentCard> card =
        new FutureTask<>(() -> Card.of(version, settings.topics(), built, List.of(), timers.now()));
    CardAnnouncement announcement = new CardAnnouncement(settings);
    keep(
        Heartbeat.start(
            timers,
            SETTLED,
            CARD_PERIOD,
            workers,
            () -> {
              card.run();
              announcement.announce(card.resultNow().at(timers.now()));
            }));
  }

  private <T extends AutoCloseable> T keep(T part) {
    running.push(part);
    return part;
  }

  private BusSettings bus() {
    Map<String, Object> client = new HashMap<>(configuration.bus().properties());
    client.put("bootstrap.servers", configuration.bus().bootstrap());
    String worker = configuration.group() + "-" + ProcessHandle.current().pid();
    return BusSettings.of(client, configuration.topics().names(), configuration.group(), worker)
        .withSessionTimeout(configuration.sessionTimeout())
        .withRestoreTimeout(configuration.timeouts().restore());
  }

  private Setup.Ready topics(BusSettings settings)
      throws OpsAgent.CannotStart, InterruptedException {
    TopicSetup setup =
        new TopicSetup(
            settings,
            OptionalInt.of(configuration.topics().partitions()),
            (short) configuration.topics().replication());
    return switch (setup.ensure()) {
      case Setup.Ready ready -> ready;
      case Setup.Refused refused -> throw new OpsAgent.CannotStart(refused.failures());
    };
  }

  private PartitionSettings limits(Optional<WallLevel.Report> wall) {
    PartitionSettings limits =
        PartitionSettings.DEFAULT
            .withTimeouts(configuration.timeouts().task(), configuration.timeouts().decision())
            .withLedgerRetention(configuration.ledgerRetention());
    return wall.map(it -> limits.behind(it.named())).orElse(limits);
  }

  private ResilienceGuards guards() {
    ResilienceGuards guards = new ResilienceGuards(configuration.guarding());
    metrics.gauge("breakers.open", "Peers from which everything is held back", guards::open);
    metrics.counter("attempts.held.back", "Attempts that were put off", guards::heldBack);
    return guards;
  }

  private static PartitionEngine.Progress progress() {
    return (taskId, step, text) -> LOG.info("{} {}: {}", taskId, step, text);
  }

  private HttpEndpoints http(
      Bus bus, Supplier<Readiness> readiness, Optional<WallReport> wall, Redactor redactor)
      throws OpsAgent.CannotStart {
    Configuration.Http at = configuration.http();
    try {
      return HttpEndpoints.start(
          new InetSocketAddress(at.host(), at.port()),
          () -> readiness(bus.alive(), "the bus loop has ended"),
          () -> readiness.get().with("sandbox", wall),
          metrics::scrape,
          redactor);
    } catch (IOException e) {
      throw new OpsAgent.CannotStart(
          List.of(
              Failure.of(
                  dev.opsagent.protocol.ReasonCode.CONFIGURATION,
                  "serve health and metrics on " + at.host() + ":" + at.port(),
                  String.valueOf(e.getMessage()),
                  "choose another port with --http-port; 0 takes a free one")));
    }
  }

  private static Readiness readiness(boolean good, String otherwise) {
    return new Readiness(good ? List.of() : List.of(otherwise));
  }

  private static Readiness readiness(Bus bus, Telemetry telemetry, OperatorFiles files) {
    List<String> reasons = new ArrayList<>();
    reasons.addAll(bus.ready() ? telemetry.refusals() : List.of("partitions are being restored"));
    reasons.addAll(files.faults());
    return new Readiness(reasons);
  }

  private static Path folder(Path path) {
    try {
      return Files.createDirectories(path).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("the data folder cannot be made", e);
    }
  }

  private static dev.opsagent.execution.KnownTasks index(Path data, int partition) {
    try {
      return dev.opsagent.tools.index.MvKnownTasks.open(
          Files.createDirectories(data.resolve("index")).resolve("ended-" + partition), 10_000_000);
    } catch (IOException e) {
      throw new UncheckedIOException("the index of partition " + partition, e);
    }
  }
}
