package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "dispatch",
    description = "Hands a task to the Ops Agent.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent dispatch push.yaml",
      "  ops-agent dispatch push.json --wait --timeout 10m",
      "  generate-task | ops-agent dispatch - --wait --json"
    })
final class DispatchCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(paramLabel = "FILE", description = "The task as JSON or YAML; - reads stdin.")
  private String file;

  @Option(names = "--wait", description = "Follow the task; the exit code tells how it ended.")
  private boolean wait;

  @Option(
      names = "--through-decisions",
      description = "With --wait: go on waiting while a person decides, instead of exit 5.")
  private boolean throughDecisions;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "With --wait: the longest to wait (default: 1h); then exit 124.")
  private Duration timeout;

  DispatchCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** What {@code dispatch} without {@code --wait} prints. */
  record Sent(String taskId, String target, String address) {}

  @Override
  public Integer call() {
    TaskDispatch task = TaskFile.read(around, file);
    try (Bus bus = opener.open(configuration.configuration(around))) {
      if (wait) {
        return waitFor(bus, task);
      }
      Sent sent = new Sent(task.taskId(), task.target().key(), bus.send(task).toString());
      new Printer(around, output.format()).result(sent, () -> lines(sent));
      return ExitCode.SUCCEEDED.code();
    }
  }

  private static List<String> lines(Sent sent) {
    return List.of(
        "sent task " + sent.taskId() + " for " + sent.target() + " as " + sent.address(),
        "follow it: ops-agent watch --task " + sent.taskId());
  }

  private int waitFor(Bus bus, TaskDispatch task) {
    Optional<StatusReport> last;
    try (Bus.Reports reports = bus.reports(Optional.of(task.taskId()), Bus.From.NOW)) {
      bus.send(task);
      TaskFollowing following =
          new TaskFollowing(around.clock(), Progress.of(around, output.format()), throughDecisions);
      last = following.follow(reports, task.taskId(), timeout);
    }
    StatusReport report = last.orElseThrow(() -> unanswered(task));
    if (output.format().forPrograms()) {
      new Printer(around, output.format()).result(report, List::of);
    }
    return Progress.end(around, report, timeout).code();
  }

  private CommandFailed unanswered(TaskDispatch task) {
    return new CommandFailed(
        ExitCode.TIMED_OUT,
        Failure.passing(
            ReasonCode.TIMEOUT,
            "see task " + task.taskId() + " end",
            "no worker has reported on it within " + timeout.toSeconds() + " s",
            "see whether a worker serves these topics: ops-agent worker; then ops-agent watch"
                + " --task "
                + task.taskId()));
  }
}
