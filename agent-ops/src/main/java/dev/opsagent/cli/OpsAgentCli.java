package dev.opsagent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command; it does nothing by itself and asks for a sub-command. */
@Command(
    name = "ops-agent",
    description = "Carries out operations tasks and reports what happened.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class)
public final class OpsAgentCli implements Runnable {

  @Spec private CommandSpec spec;

  private OpsAgentCli() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new OpsAgentCli());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }
}
