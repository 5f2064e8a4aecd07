package dev.opsagent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "keys",
    description = "Makes keys to sign messages with, and tells what to trust.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "A private key stays with the agent that signs; the trust file of the workers lists the",
      "public half, and what its agent may send.",
      "",
      "Examples:",
      "  ops-agent keys new pm.jwk",
      "  ops-agent keys show pm.jwk",
      "  ops-agent keys check trust.yaml"
    })
final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  private KeysCommand() {}

  /** With its own commands below it. */
  static CommandLine of(Surroundings around) {
    return new CommandLine(new KeysCommand())
        .addSubcommand(new KeysNewCommand(around))
        .addSubcommand(new KeysShowCommand(around))
        .addSubcommand(new KeysCheckCommand(around));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }
}
