package dev.opsagent.cli;

import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.configuration.Setting;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
      "start: from the start of the worker's process to ready, and its idle memory.",
      "Without --bootstrap a broker is started in this process first.",
      "",
      "Examples:",
      "  ops-agent bench start",
      "  ops-agent bench start --runs 9 --bootstrap localhost:9092 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions options;

  @Parameters(paramLabel = "WHAT", description = "start.")
  private What what;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Runs (5).")
  private int runs;

  BenchCommand(Surroundings around) {
    this.around = around;
  }

  /** What can be measured. */
  enum What {
    START
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
    return switch (what) {
      case START -> start();
    };
  }

  private int start() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("ops-agent-bench-");
    Map<Setting, String> flags = options.flags();
    if (flags.containsKey(Setting.BOOTSTRAP)) {
      return report(measure(flags.getOrDefault(Setting.BOOTSTRAP, ""), folder));
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      return report(measure(broker.bootstrap(), folder));
    }
  }

  private Measured measure(String bootstrap, Path folder) throws IOException, InterruptedException {
    List<Run> measured = new ArrayList<>();
    // The first start makes the topics; it is not what a restart is like.
    for (int run = 0; run <= runs; run++) {
      Run result = run(bootstrap, folder.resolve("run"));
      String name = run == 0 ? "warm-up" : "run " + run + " of " + runs;
      around.err().println("%s: ready in %d ms".formatted(name, result.readyMillis()));
      if (run > 0) {
        measured.add(result);
      }
    }
    return new Measured(
        median(measured.stream().map(Run::readyMillis).sorted().toList()),
        2000,
        median(measured.stream().map(Run::idleRssMb).sorted().toList()),
        256,
        measured);
  }

  private static long median(List<Long> sorted) {
    return sorted.get(sorted.size() / 2);
  }

  private int report(Measured measured) {
    new Printer(around, output.format())
        .result(
            measured,
            () ->
                List.of(
                    "start to ready: %d ms (median of %d; goal: at most %d ms)"
                        .formatted(
                            measured.medianReadyMillis(),
                            measured.runs().size(),
                            measured.goalReadyMillis()),
                    "idle memory:    %d MB resident (goal: at most %d MB)"
                        .formatted(measured.medianIdleRssMb(), measured.goalIdleRssMb())));
    return ExitCode.SUCCEEDED.code();
  }

  private Run run(String bootstrap, Path data) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process worker =
        new ProcessBuilder(command(bootstrap, data))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(worker.getInputStream(), StandardCharsets.UTF_8))) {
      awaitReady(worker, lines);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      Thread.sleep(Duration.ofSeconds(3));
      return new Run(millis, residentMb(worker.pid()));
    } finally {
      worker.destroy();
      if (!worker.waitFor(30, TimeUnit.SECONDS)) {
        worker.destroyForcibly();
      }
    }
  }

  private static void awaitReady(Process worker, BufferedReader lines) throws IOException {
    Thread watchdog =
        Thread.startVirtualThread(() -> {
          try {
            Thread.sleep(PATIENCE);
            worker.destroyForcibly();
          } catch (InterruptedException readyInTime) {
            Thread.currentThread().interrupt();
          }
        });
    String line = lines.readLine();
    watchdog.interrupt();
    if (line == null || !line.startsWith("ready: ")) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.TIMEOUT,
              "measure the start of a worker",
              "it did not become ready",
              "start one by hand to see why: ops-agent worker --bootstrap HOST:PORT"));
    }
  }

  /** As the launcher would start it: same options, without the broker's jars. */
  private static List<String> command(String bootstrap, Path data) {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(it -> !it.contains(File.separator + "dist" + File.separator + "broker"))
            .collect(Collectors.joining(File.pathSeparator));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        "-Xmx256m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        path,
        OpsAgentCli.class.getName(),
        "worker",
        "--bootstrap",
        bootstrap,
        "--data",
        data.toString(),
        "--group",
        "bench",
        "--http-port",
        "0");
  }

  private static long residentMb(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(it -> it.startsWith("VmRSS:"))
        .map(it -> Long.parseLong(it.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1L);
  }
}
