package dev.opsagent.cli;

import dev.opsagent.console.GateView;
import dev.opsagent.console.Style;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "approvals",
    description = "Lists the tasks that wait for somebody's consent to their plan.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent approvals",
      "  ops-agent approvals -o jsonl | jq -r .waiting.command"
    })
final class ApprovalsCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  ApprovalsCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  @Override
  public Integer call() {
    List<StatusReport> waiting;
    try (Bus bus = opener.open(configuration.configuration(around))) {
      waiting =
          LastReport.ofOpen(bus).stream()
              .filter(it -> it.state() == TaskState.AWAITING_APPROVAL)
              .toList();
    }
    GateView view = new GateView(Style.of(around.environment(), around.terminal()));
    try (Printer printer = new Printer(around, output.format())) {
      waiting.forEach(it -> printer.item(it, () -> view.of(it)));
    }
    if (waiting.isEmpty()) {
      around.err().println("no task waits for approval");
    }
    return ExitCode.SUCCEEDED.code();
  }
}
