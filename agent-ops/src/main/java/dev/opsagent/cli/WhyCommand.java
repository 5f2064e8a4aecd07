package dev.opsagent.cli;

import dev.opsagent.console.GateView;
import dev.opsagent.console.Style;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.Waiting;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "why",
    description = "Tells why a task waits or was let in: rules, evidence, approvals, who can act.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Every piece of evidence and every approval names the record that proves it.",
      "",
      "Examples:",
      "  ops-agent why release-42",
      "  ops-agent why release-42 --json | jq .gates"
    })
final class WhyCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(index = "0", paramLabel = "ID", description = "The task.")
  private String taskId;

  WhyCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** What the command prints. */
  record Why(
      String taskId,
      String operation,
      Target target,
      TaskState state,
      Optional<Reason> reason,
      Optional<Waiting> waiting,
      Optional<GateReport> gates) {}

  @Override
  public Integer call() {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      StatusReport report = LastReport.of(taskId, bus);
      Why why =
          new Why(
              report.taskId(),
              report.operation(),
              report.target(),
              report.state(),
              report.reason(),
              report.waiting(),
              report.gates());
      GateView view = new GateView(Style.of(around.environment(), around.terminal()));
      new Printer(around, output.format()).result(why, () -> view.of(report));
      return ExitCode.SUCCEEDED.code();
    }
  }
}
