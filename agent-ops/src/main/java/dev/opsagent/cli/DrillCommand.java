package dev.opsagent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "drill",
    description = "Game days on this machine: what goes wrong in earnest, measured.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ops-agent drill rollback --failures 5",
      "  ops-agent drill stack"
    })
final class DrillCommand implements Runnable {
  @Spec private CommandSpec spec;

  private DrillCommand() {}

  /** With its own commands below it. */
  static CommandLine of(Surroundings around) {
    return new CommandLine(new DrillCommand())
        .addSubcommand(new DrillRollbackCommand(around))
        .addSubcommand(new DrillStackCommand(around));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }
}
