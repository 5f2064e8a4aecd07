package dev.opsagent.cli;

import dev.opsagent.console.AppendedLines;
import dev.opsagent.console.Style;
import dev.opsagent.console.TaskProgress;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "watch",
    description = "Follows a task until it ends, or all tasks from now on.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent watch --task release-42",
      "  ops-agent watch -o jsonl | jq .state"
    })
final class WatchCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Option(names = "--task", paramLabel = "ID", description = "Follow this task to its end.")
  private @Nullable String task;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "24h",
      description = "The longest to watch (default: 24h); with --task, then exit 124.")
  private Duration timeout;

  WatchCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  @Override
  public Integer call() {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      return task == null ? all(bus) : one(bus, task);
    }
  }

  private int one(Bus bus, String taskId) {
    Optional<StatusReport> last;
    try (Printer printer = new Printer(around, output.format());
        Bus.Reports reports = bus.reports(Optional.of(taskId), Bus.From.BEGINNING)) {
      last =
          new TaskFollowing(around.clock(), shown(printer), true).follow(reports, taskId, timeout);
    }
    return Progress.end(around, last.orElseThrow(() -> unknown(taskId)), timeout).code();
  }

  /** For programs the reports themselves are the data; for people they are shown. */
  private TaskProgress shown(Printer printer) {
    if (!output.format().forPrograms()) {
      return Progress.of(around, output.format());
    }
    return new TaskProgress() {
      @Override
      public void report(StatusReport report) {
        printer.item(report, List::of);
      }

      @Override
      public void tick() {}
    };
  }

  private int all(Bus bus) {
    Instant until = around.clock().instant().plus(timeout);
    Style style = Style.of(around.environment(), around.terminal());
    try (Printer printer = new Printer(around, output.format());
        Bus.Reports reports = bus.reports(Optional.empty(), Bus.From.NOW)) {
      TaskProgress progress =
          output.format().forPrograms()
              ? shown(printer)
              : new AppendedLines(around.out(), style, around.clock());
      while (around.clock().instant().isBefore(until)) {
        reports.poll(Duration.ofMillis(500)).forEach(progress::report);
        progress.tick();
      }
    }
    return ExitCode.SUCCEEDED.code();
  }

  private CommandFailed unknown(String taskId) {
    return new CommandFailed(
        ExitCode.TIMED_OUT,
        Failure.passing(
            ReasonCode.TIMEOUT,
            "follow task " + taskId,
            "no report of it is on the bus",
            "check the id, the topic prefix and the fleet"));
  }
}
