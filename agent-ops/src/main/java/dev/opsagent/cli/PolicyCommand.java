package dev.opsagent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "policy",
    description = "Tells which agent owns which path, and what another map would change.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "The map is the one of policy.ownership, or the one that comes along.",
      "",
      "Examples:",
      "  ops-agent policy check Dockerfile src/app.py",
      "  git ls-files | ops-agent policy check -",
      "  ops-agent policy explain charts/app/values.yaml",
      "  ops-agent policy diff default ownership.yaml --replay"
    })
final class PolicyCommand implements Runnable {
  @Spec private CommandSpec spec;

  private PolicyCommand() {}

  /** With its own commands below it. */
  static CommandLine of(Surroundings around, Bus.Opener opener) {
    return new CommandLine(new PolicyCommand())
        .addSubcommand(new PolicyCheckCommand(around))
        .addSubcommand(new PolicyExplainCommand(around))
        .addSubcommand(new PolicyDiffCommand(around, opener));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }
}
