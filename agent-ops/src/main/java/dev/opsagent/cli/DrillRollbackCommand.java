package dev.opsagent.cli;

import dev.opsagent.cli.drill.DrillResult;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "rollback",
    description = "Deploys bad releases under load, and measures how each is taken back.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Starts a Kafka broker and a worker, deploys a good release, and asks it for answers 50 times",
      "a second. Then bad releases come in turn: one that cannot start, one that crashes, one that",
      "is never ready, one that ends after a while, and one that leaks into errors. A release is",
      "recovered from when the task has ended and the good one answers again. Seconds are counted",
      "from the first request without an answer to the first of those that were answered ever",
      "after.",
      "",
      "Releases are packages of a local npm registry, images, or compose files of a repository. An",
      "image is built of busybox, which must be one static program, and removed at the end.",
      "",
      "Succeeds when every bad release was taken back, and no process and no container is left",
      "over.",
      "",
      "Examples:",
      "  ops-agent drill rollback --failures 5",
      "  ops-agent drill rollback --runtime docker",
      "  ops-agent drill rollback --failures 50 --strategy blue-green --json"
    })
final class DrillRollbackCommand implements Callable<Integer> {
  private static final int MOST = 1000;

  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Option(
      names = "--failures",
      paramLabel = "N",
      defaultValue = "5",
      description = "Bad releases to deploy (5).")
  private int failures;

  @Option(
      names = "--runtime",
      paramLabel = "RUNTIME",
      defaultValue = "process",
      description = "process, docker or compose (process).")
  private String runtime = "";

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      defaultValue = "recreate",
      description = "recreate or blue-green (recreate).")
  private String strategy = "";

  DrillRollbackCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (failures < 1 || failures > MOST) {
      throw CommandFailed.usage(
          "drill", "--failures is not between 1 and " + MOST, "give a number between");
    }
    try {
      return drill(
          new LocalStage(around, Files.createTempDirectory("ops-agent-drill-").toRealPath()));
    } catch (IOException failed) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.INTERNAL,
              "set the drill up",
              String.valueOf(failed.getMessage()),
              "see what is installed: ops-agent doctor"));
    }
  }

  private int drill(LocalStage stage) throws IOException, InterruptedException {
    Interruption.Armed armed = Interruption.arm(() -> stage.close(false), around.err());
    try {
      DrillResult result =
          new RollbackDrill(around, stage, releases(stage), strategy()).run(failures);
      new Printer(around, output.format()).last(result, () -> lines(result));
      return (result.passed() ? ExitCode.SUCCEEDED : ExitCode.FAILED).code();
    } finally {
      armed.disarm();
      stage.close(false);
    }
  }

  private DrilledReleases releases(LocalStage stage) {
    return switch (runtime) {
      case "process" -> new DrilledPackages(stage);
      case "docker" -> new DrilledImages(around, stage);
      case "compose" -> new DrilledProjects(around, stage);
      default ->
          throw CommandFailed.usage(
              "drill", "there is no drill on " + runtime, "give one of process, docker, compose");
    };
  }

  private Strategy strategy() {
    return Arrays.stream(Strategy.values())
        .filter(it -> it.id().equals(strategy))
        .findFirst()
        .orElseThrow(() ->
            CommandFailed.usage(
                "drill",
                "there is no strategy " + strategy,
                "give one of "
                    + Arrays.stream(Strategy.values())
                        .map(Strategy::id)
                        .collect(Collectors.joining(", "))));
  }

  private static List<String> lines(DrillResult result) {
    return List.of(
        "%d of %d bad releases were taken back".formatted(result.recovered(), result.of()),
        "without answers: median %.1f s, 99 %% within %.1f s, at most %.1f s"
            .formatted(result.p50Seconds(), result.p99Seconds(), result.maxSeconds()),
        "%d requests failed, %d processes and containers are left over"
            .formatted(result.failedRequests(), result.orphans()));
  }
}
