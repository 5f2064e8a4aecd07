package dev.opsagent.cli;

import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.configuration.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
      "  start  from the start of a worker's process to ready, and its idle memory",
      "  train  start a worker once and keep what it loaded in FILE, for quicker starts",
      "",
      "Without --bootstrap a broker is started in this process first.",
      "",
      "Examples:",
      "  ops-agent bench start",
      "  ops-agent bench start --runs 9 --bootstrap localhost:9092 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private static final long GOAL_MILLIS = 2000;
  private static final long GOAL_MB = 256;
  private static final Duration IDLE = Duration.ofSeconds(3);

  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions options;

  @Parameters(index = "0", paramLabel = "WHAT", description = "start or train.")
  private What what;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "train: the cache to write, for -XX:AOTCache.")
  private @Nullable Path file;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Runs (5).")
  private int runs;

  BenchCommand(Surroundings around) {
    this.around = around;
  }

  /** What can be done. */
  enum What {
    START,
    TRAIN
  }

  /** One start of a worker. */
  record Run(long readyMillis, long idleRssMb) {}

  /** What the command prints. */
  record Measured(
      long medianReadyMillis,
      long goalReadyMillis,
      long medianIdleRssMb,
      long goalIdleRssMb,
      List<Run> runs) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (runs < 1) {
      throw CommandFailed.usage("measure", "--runs is less than 1", "give at least 1");
    }
    Path folder = Files.createTempDirectory("ops-agent-bench-");
    try {
      String given = options.flags().get(Setting.BOOTSTRAP);
      if (given != null) {
        return against(given, folder);
      }
      try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
        return against(broker.bootstrap(), folder);
      }
    } finally {
      FolderTree.delete(folder);
    }
  }

  private int against(String bootstrap, Path folder) throws IOException, InterruptedException {
    return switch (what) {
      case START -> report(measure(bootstrap, folder.resolve("worker")));
      case TRAIN -> train(bootstrap, folder.resolve("worker"));
    };
  }

  private int train(String bootstrap, Path data) throws IOException, InterruptedException {
    if (file == null) {
      throw CommandFailed.usage("train", "no FILE is given", "ops-agent bench train FILE");
    }
    // The first start makes the topics; what a usual start loads, the second one tells.
    run(bootstrap, data, List.of());
    Path cache = around.directory().resolve(file).toAbsolutePath();
    run(bootstrap, data, List.of("-XX:AOTCacheOutput=" + cache));
    return Files.exists(cache) ? ExitCode.SUCCEEDED.code() : ExitCode.FAILED.code();
  }

  private Measured measure(String bootstrap, Path data) throws IOException, InterruptedException {
    List<Run> measured = new ArrayList<>();
    // The first start makes the topics; it is not what a restart is like.
    for (int run = 0; run <= runs; run++) {
      Run result = run(bootstrap, data, WorkerProcess.ownCache());
      String name = run == 0 ? "warm-up" : "run " + run + " of " + runs;
      around.err().println("%s: ready in %d ms".formatted(name, result.readyMillis()));
      if (run > 0) {
        measured.add(result);
      }
    }
    return new Measured(
        median(measured.stream().map(Run::readyMillis).sorted().toList()),
        GOAL_MILLIS,
        median(measured.stream().map(Run::idleRssMb).sorted().toList()),
        GOAL_MB,
        measured);
  }

  private static long median(List<Long> sorted) {
    return sorted.get(sorted.size() / 2);
  }

  private static Run run(String bootstrap, Path data, List<String> cacheOptions)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    try (WorkerProcess worker = WorkerProcess.start(bootstrap, data, cacheOptions)) {
      worker.awaitReady();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      Thread.sleep(IDLE);
      return new Run(millis, worker.residentMb());
    }
  }

  private int report(Measured measured) {
    String time =
        "start to ready: %d ms (median of %d; goal: at most %d ms)"
            .formatted(
                measured.medianReadyMillis(), measured.runs().size(), measured.goalReadyMillis());
    String memory =
        "idle memory:    %d MB resident (goal: at most %d MB)"
            .formatted(measured.medianIdleRssMb(), measured.goalIdleRssMb());
    new Printer(around, output.format()).result(measured, () -> List.of(time, memory));
    return ExitCode.SUCCEEDED.code();
  }
}
