package dev.opsagent.cli;

import dev.opsagent.bench.Bench;
import dev.opsagent.bench.BenchFailed;
import dev.opsagent.bench.Comparison;
import dev.opsagent.bench.ComposeUp;
import dev.opsagent.bench.KnownIds;
import dev.opsagent.bench.KubectlApply;
import dev.opsagent.bench.Rival;
import dev.opsagent.bench.Scale;
import dev.opsagent.bench.Starts;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.Setting;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.index.MvKnownTasks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bench",
    description = "Measures the worker on this machine.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Without WHAT, the worker is compared with a floor: the same records written",
      "by nothing but Kafka's clients, in turns, in the same run.",
      "",
      "  start  from the start of a worker's process to ready, and its idle memory",
      "  index  fill an index of known tasks with --ids ids, and look some up",
      "  deploy services at once by one worker; with --image, one image against Compose or,",
      "         with --kubeconfig, against kubectl",
      "  train  start a worker once and keep what it loaded in FILE, for quicker starts",
      "",
      "Without --bootstrap a broker is started in a process of its own first.",
      "",
      "Examples:",
      "  ops-agent bench --quick",
      "  ops-agent bench --full --json",
      "  ops-agent bench --only saturation --jfr worker.jfr",
      "  ops-agent bench index --ids 10000000",
      "  ops-agent bench deploy --services 50 --json",
      "  ops-agent bench start --runs 9 --bootstrap localhost:9092 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private static final long MOST_IDS = 100_000_000;
  private static final int MOST_SERVICES = 500;

  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions options;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "WHAT",
      description = "start, index, deploy or train.")
  private @Nullable What what;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "train: the cache to write, for -XX:AOTCache.")
  private @Nullable Path file;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "5",
      description = "start, deploy --image: runs (5).")
  private int runs;

  @Option(
      names = "--ids",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "index: ids to fill it with (1000000).")
  private long ids;

  @Option(
      names = "--services",
      paramLabel = "N",
      defaultValue = "50",
      description = "deploy: how many at once (50).")
  private int services;

  @Option(
      names = "--image",
      paramLabel = "REF",
      description = {
        "deploy: an image of the engine, by tag, that listens on the port in PORT;",
        "with --kubeconfig, one by digest that the cluster can pull and that answers",
        "GET / with 200."
      })
  private @Nullable String image;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "deploy --image: to the cluster that it leads to, against kubectl.")
  private @Nullable Path kubeconfig;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description = "deploy --kubeconfig: what is deployed there comes and goes.")
  private @Nullable String namespace;

  @Option(
      names = "--address",
      paramLabel = "URL",
      description = {
        "deploy --kubeconfig: where services are reached from here, {service} being",
        "the name (default: http://SERVICE.NAMESPACE.svc:PORT)."
      })
  private @Nullable String address;

  @Option(names = "--quick", description = "About two minutes (the default).")
  private boolean quick;

  @Option(names = "--full", description = "Longer and more runs: at most 15 minutes.")
  private boolean full;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Only these parts: ${COMPLETION-CANDIDATES}.")
  private Set<Bench.Mode> modes = Set.of();

  @Option(
      names = "--jfr",
      paramLabel = "FILE",
      description = "Have the worker under load write a flight recording.")
  private @Nullable Path recording;

  BenchCommand(Surroundings around) {
    this.around = around;
  }

  /** What else can be done. */
  enum What {
    START,
    INDEX,
    DEPLOY,
    TRAIN
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (runs < 1) {
      throw CommandFailed.usage("measure", "--runs is less than 1", "give at least 1");
    }
    if (ids < 1 || ids > MOST_IDS) {
      throw CommandFailed.usage(
          "measure", "--ids is out of range", "give 1 to " + MOST_IDS + " ids");
    }
    if (quick && full) {
      throw CommandFailed.usage("measure", "--quick and --full are given", "give one of them");
    }
    if (services < 1 || services > MOST_SERVICES) {
      throw CommandFailed.usage(
          "measure", "--services is out of range", "give 1 to " + MOST_SERVICES);
    }
    var _ = cluster(); // refused before anything is started
    if (what == What.DEPLOY) {
      return deploy();
    }
    Path folder = Files.createTempDirectory("ops-agent-bench-");
    try (Bench bench = new Bench(wanted(), folder, around.err()::println)) {
      Thread cleaner = Thread.ofPlatform().unstarted(() -> clean(bench, folder));
      Runtime.getRuntime().addShutdownHook(cleaner);
      int code = run(bench, folder);
      Runtime.getRuntime().removeShutdownHook(cleaner);
      return code;
    } catch (BenchFailed failed) {
      throw failed(folder, failed);
    } finally {
      FolderRemoval.remove(folder);
    }
  }

  /** After a signal, while the interrupted command may be deleting the same folder. */
  private static void clean(Bench bench, Path folder) {
    bench.close();
    boolean deleted = false;
    for (int attempt = 0; attempt < 5 && !deleted; attempt++) {
      deleted = delete(folder);
    }
  }

  private static boolean delete(Path folder) {
    try {
      FolderRemoval.remove(folder);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private Bench.Wanted wanted() {
    return new Bench.Wanted(
        full ? Scale.FULL : Scale.QUICK,
        modes,
        Optional.ofNullable(options.flags().get(Setting.BOOTSTRAP)),
        OpsAgentCli.class.getName(),
        ownCache(),
        Optional.ofNullable(recording).map(around.directory()::resolve));
  }

  private int run(Bench bench, Path folder) throws IOException, InterruptedException {
    if (what == null) {
      List<Comparison> results = bench.run();
      return new BenchReport(around, output.format()).print(results);
    }
    return switch (what) {
      case START -> new BenchReport(around, output.format()).starts(starts(bench));
      case INDEX ->
          new BenchReport(around, output.format())
              .index(
                  KnownIds.measure(
                      folder.resolve("index"), ids, index -> MvKnownTasks.open(index, ids)));
      case DEPLOY -> throw new IllegalStateException("has a stage of its own");
      case TRAIN -> train(bench.starts());
    };
  }

  private int deploy() throws IOException, InterruptedException {
    LocalStage stage =
        new LocalStage(around, Files.createTempDirectory("ops-agent-bench-").toRealPath());
    Interruption.Armed armed = Interruption.arm(() -> stage.close(false), around.err());
    try {
      DeployBench.Measured measured =
          new DeployBench(stage).measure(services, environments(stage), rival(stage), runs);
      return new BenchReport(around, output.format()).deployments(measured);
    } catch (BenchFailed failed) {
      throw failed(stage.folder(), failed);
    } finally {
      armed.disarm();
      stage.close(false);
    }
  }

  private Optional<Rival> rival(LocalStage stage) {
    Path folder = stage.folder().resolve("rival");
    return Optional.ofNullable(image)
        .map(it ->
            cluster()
                .<Rival>map(at -> new KubectlApply(folder, at, it, around.environment()))
                .orElseGet(() -> new ComposeUp(folder, it, around.environment())));
  }

  private Optional<KubectlApply.Namespace> cluster() {
    return Optional.ofNullable(kubeconfig)
        .map(file -> {
          if (image == null || namespace == null) {
            throw CommandFailed.usage(
                "measure",
                "--kubeconfig needs --image and --namespace",
                "name an image by its digest and a namespace that the bench may use");
          }
          return new KubectlApply.Namespace(
              around.directory().resolve(file).toAbsolutePath(),
              namespace,
              Optional.ofNullable(address));
        });
  }

  private Configuration.Served environments(LocalStage stage) throws IOException {
    Optional<KubectlApply.Namespace> cluster = cluster();
    if (cluster.isEmpty()) {
      return new Configuration.Served.Named(List.of("local"));
    }
    Path file = stage.folder().resolve("environments.yaml");
    Files.writeString(
        file,
        """
        version: 1
        environments:
          - {name: local, kind: local, runtime: process}
          - name: cluster
            kind: local
            runtime: kubernetes
            kubernetes: {namespace: "%s", kubeconfig: "%s"%s}
        """
            .formatted(
                cluster.get().name(),
                cluster.get().kubeconfig(),
                cluster.get().address().map(", address: \"%s\""::formatted).orElse("")));
    return new Configuration.Served.Declared(file);
  }

  private List<Starts.Run> starts(Bench bench) throws InterruptedException {
    return bench.starts().measure(runs, ownCache());
  }

  private int train(Starts starts) throws InterruptedException {
    if (file == null) {
      throw CommandFailed.usage("train", "no FILE is given", "ops-agent bench train FILE");
    }
    // The first start makes the topics; what a usual start loads, the second one tells.
    starts.start("train", List.of());
    Path cache = around.directory().resolve(file).toAbsolutePath();
    starts.start("train", List.of("-XX:AOTCacheOutput=" + cache));
    return Files.exists(cache) ? ExitCode.SUCCEEDED.code() : ExitCode.FAILED.code();
  }

  /** The cache that this process itself was started with, for the ones that it starts. */
  private static List<String> ownCache() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(it -> it.startsWith("-XX:AOTCache="))
        .toList();
  }

  private CommandFailed failed(Path folder, BenchFailed failure) {
    try (var logs = Files.newDirectoryStream(folder, "*.log")) {
      for (Path log : logs) {
        List<String> lines = Files.readAllLines(log);
        lines
            .subList(Math.max(0, lines.size() - 20), lines.size())
            .forEach(line -> around.err().println(log.getFileName() + ": " + line));
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return new CommandFailed(
        ExitCode.FAILED,
        Failure.of(
            ReasonCode.INTERNAL,
            "measure",
            String.valueOf(failure.getMessage()),
            "see above what the processes said, then run it again"));
  }
}
