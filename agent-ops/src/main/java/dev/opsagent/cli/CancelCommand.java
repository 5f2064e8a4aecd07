package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "cancel",
    description = "Asks for a task to be ended; what is reversible is undone.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent cancel release-42",
      "  ops-agent cancel release-42 --reason 'wrong branch' --target local/shop"
    })
final class CancelCommand extends ControlCommand {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "cancelled on the command line",
      description = "Why, for the record.")
  private String reason;

  CancelCommand(Surroundings around, Bus.Opener opener) {
    super(around, opener);
  }

  @Override
  String word() {
    return "task.cancel";
  }

  @Override
  ControlMessage message(Bus bus, String task, Target on, String who) {
    return new TaskCancel(task, on, who, reason);
  }
}
