package dev.opsagent;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.routing.RoutingMap;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.OwnershipFile;
import dev.opsagent.console.HttpEndpoints;
import dev.opsagent.console.Metrics;
import dev.opsagent.console.Readiness;
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
import dev.opsagent.kafka.EventReader;
import dev.opsagent.kafka.RefusalNotices;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.kafka.TopicSetup;
import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Target;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.sandbox.WallLevel;
import dev.opsagent.sandbox.WallReport;
import dev.opsagent.tools.guards.ResilienceGuards;
import dev.opsagent.tools.http.HttpHealthProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker, put together: configuration to adapters to operations to engine to bus. Started from
 * top to bottom, stopped in reverse.
 */
public final class OpsAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpsAgent.class);

  /** How often the agent says that it is there. */
  private static final Duration CARD_PERIOD = Duration.ofMinutes(1);

  private final Deque<AutoCloseable> running;
  private final Bus bus;
  private final InetSocketAddress http;

  private OpsAgent(Deque<AutoCloseable> running, Bus bus, InetSocketAddress http) {
    this.running = running;
    this.bus = bus;
    this.http = http;
  }

  /** The worker cannot start; says why and what to do. */
  public static final class CannotStart extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Failure> failures;

    CannotStart(List<Failure> failures) {
      super(String.join("; ", failures.stream().map(Failure::sentence).toList()));
      this.failures = List.copyOf(failures);
    }

    public List<Failure> failures() {
      return failures;
    }
  }

  /**
   * Starts a worker; it takes tasks once it is {@link #ready()}.
   *
   * @param environment the process's environment
   * @param metrics told what happens
   * @throws CannotStart when topics, brokers or folders are not as they must be
   */
  public static OpsAgent start(
      Configuration configuration, Map<String, String> environment, Metrics metrics)
      throws CannotStart, InterruptedException {
    return start(configuration, environment, metrics, Optional.empty());
  }

  /**
   * Starts a worker whose catalogue is the caller's, for measurements and fault tests; everything
   * else is as in {@link #start}.
   *
   * @param operations by name
   */
  public static OpsAgent rehearse(
      Configuration configuration, Metrics metrics, Map<String, Operation> operations)
      throws CannotStart, InterruptedException {
    return start(configuration, Map.of(), metrics, Optional.of(Map.copyOf(operations)));
  }

  private static OpsAgent start(
      Configuration configuration,
      Map<String, String> environment,
      Metrics metrics,
      Optional<Map<String, Operation>> operations)
      throws CannotStart, InterruptedException {
    Deque<AutoCloseable> running = new ArrayDeque<>();
    try {
      return new Assembly(configuration, environment, metrics, operations, running).start();
    } catch (CannotStart | InterruptedException | RuntimeException e) {
      stop(running);
      throw e;
    }
  }

  /** Whether every partition that the group has given to this worker takes records. */
  public boolean ready() {
    return bus.ready();
  }

  /** Where health and metrics are served. */
  public InetSocketAddress http() {
    return http;
  }

  /** Hands everything over and stops, in reverse order of the start. */
  @Override
  public void close() {
    stop(running);
  }

  private static void stop(Deque<AutoCloseable> running) {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("could not stop everything", e);
      }
    }
  }

  /** The one constructor chain. */
  private record Assembly(
      Configuration configuration,
      Map<String, String> environment,
      Metrics metrics,
      Optional<Map<String, Operation>> rehearsed,
      Deque<AutoCloseable> running) {

    OpsAgent start() throws CannotStart, InterruptedException {
      OwnershipMap owners = owners();
      Path data = folder(configuration.data());
      BusSettings settings = bus();
      SystemTimers timers = keep(new SystemTimers());
      ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
      running.push(workers::shutdownNow);
      Setup.Ready setup = topics(settings);

      Workspaces workspaces = new TaskWorkspaces(data);
      Catalogue works = new Catalogue(configuration, data, environment);
      // A rehearsed operation starts no program.
      Optional<LocalPrograms> programs =
          rehearsed.isPresent() ? Optional.empty() : Optional.of(works.programs());
      programs.ifPresent(it -> tell(it.wall()));
      Map<String, Operation> catalogue =
          rehearsed.orElseGet(() ->
              works.operations(
                  programs.orElseThrow(), workspaces, owners, keep(new HttpHealthProbe()), timers));

      Intake intake =
          new Intake(
              EventReader::read,
              new Territory(
                  catalogue,
                  Set.copyOf(configuration.environments()),
                  new Assignment(RoutingMap.DEFAULT)),
              key -> TargetPartition.of(key, setup.partitions()),
              InstantSource.system());
      Telemetry telemetry = new Telemetry(metrics, keep(notices(settings, setup.partitions())));
      Partitions partitions =
          new Partitions(
              new Partitions.Parts(
                  catalogue,
                  owners,
                  intake,
                  number -> index(data, number),
                  limits(),
                  timers,
                  workers,
                  ResilienceGuards.backoff(configuration.guarding()),
                  guards(),
                  workspaces::delete,
                  progress(),
                  telemetry));
      Bus bus =
          new Bus(
              () -> new BusLoop(settings, setup, partitions, telemetry, System::nanoTime),
              settings.revokeGrace(),
              InstantSource.system(),
              System::nanoTime);
      bus.start();
      running.push(() -> bus.close(settings.revokeGrace()));
      announce(settings, catalogue.keySet(), timers, workers);
      HttpEndpoints http =
          keep(http(bus, telemetry, programs.map(LocalPrograms::wall).map(WallReport::of)));
      return new OpsAgent(running, bus, http.address());
    }

    private static void tell(WallLevel.Report wall) {
      String open = String.join("; ", WallReport.of(wall).notCovered());
      if (wall.level() == WallLevel.NONE) {
        LOG.warn("NO WALL around programs; not covered: {}", open.isEmpty() ? "all" : open);
        return;
      }
      LOG.info("wall around programs: {}; not covered: {}", wall.level().title(), open);
    }

    /** A map that is missing or unsound stops the start; another one never takes its place. */
    private OwnershipMap owners() throws CannotStart {
      return switch (OwnershipFile.load(configuration.ownership())) {
        case OwnershipFile.Loaded.Sound(OwnershipMap map) -> map;
        case OwnershipFile.Loaded.Unsound unsound ->
            throw new CannotStart(List.of(unsound.failure()));
      };
    }

    /** What the partitions of a fleet have in common is its worker, in any of its environments. */
    private RefusalNotices notices(BusSettings settings, int partitions) {
      Target worker = new Target(configuration.environments().getFirst(), "ops-agent");
      return new RefusalNotices(settings, partitions, worker, InstantSource.system());
    }

    private void announce(
        BusSettings settings, Set<String> built, SystemTimers timers, ExecutorService workers) {
      String version =
          Optional.ofNullable(OpsAgent.class.getPackage().getImplementationVersion())
              .orElse("development");
      AgentCard card = Card.of(version, settings.topics(), built, List.of(), timers.now());
      CardAnnouncement announcement = new CardAnnouncement(settings);
      keep(
          Heartbeat.start(
              timers, CARD_PERIOD, workers, () -> announcement.announce(card.at(timers.now()))));
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

    private Setup.Ready topics(BusSettings settings) throws CannotStart, InterruptedException {
      TopicSetup setup =
          new TopicSetup(
              settings,
              OptionalInt.of(configuration.topics().partitions()),
              (short) configuration.topics().replication());
      return switch (setup.ensure()) {
        case Setup.Ready ready -> ready;
        case Setup.Refused refused -> throw new CannotStart(refused.failures());
      };
    }

    private PartitionSettings limits() {
      return PartitionSettings.DEFAULT
          .withTimeouts(configuration.timeouts().task(), configuration.timeouts().decision())
          .withLedgerRetention(configuration.ledgerRetention());
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

    private HttpEndpoints http(Bus bus, Telemetry telemetry, Optional<WallReport> wall)
        throws CannotStart {
      Configuration.Http at = configuration.http();
      try {
        return HttpEndpoints.start(
            new InetSocketAddress(at.host(), at.port()),
            () -> readiness(bus.alive(), "the bus loop has ended"),
            () -> readiness(bus, telemetry).with("sandbox", wall),
            metrics::scrape);
      } catch (IOException e) {
        throw new CannotStart(
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

    private static Readiness readiness(Bus bus, Telemetry telemetry) {
      return bus.ready()
          ? new Readiness(telemetry.refusals())
          : new Readiness(List.of("partitions are being restored"));
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
            Files.createDirectories(data.resolve("index")).resolve("ended-" + partition),
            10_000_000);
      } catch (IOException e) {
        throw new UncheckedIOException("the index of partition " + partition, e);
      }
    }
  }
}
