package dev.opsagent.cli;

import dev.opsagent.protocol.Target;
import java.time.Duration;
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
    versionProvider = BuildVersion.class,
    footer = {
      "",
      "Examples:",
      "  ops-agent demo                  see all of it work, on this machine",
      "  ops-agent up                    a broker and a worker to try things with",
      "  ops-agent dispatch push.yaml --wait",
      "  ops-agent help exit-codes"
    })
public final class OpsAgentCli implements Runnable {

  @Spec private CommandSpec spec;

  private OpsAgentCli() {}

  public static void main(String[] args) {
    System.exit(commandLine(Surroundings.ofProcess()).execute(args));
  }

  static CommandLine commandLine(Surroundings around) {
    return commandLine(around, Commands.of(around));
  }

  static CommandLine commandLine(Surroundings around, Commands commands) {
    Complaints complaints = new Complaints(around);
    CommandLine root = new CommandLine(new OpsAgentCli());
    commands.all().forEach(root::addSubcommand);
    return root.setOut(around.out())
        .setErr(around.err())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Duration.class, new DurationConverter())
        .registerConverter(Target.class, Target::parse)
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler(complaints::misused)
        .setExecutionExceptionHandler((failure, _, result) -> complaints.failed(failure, result));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing required subcommand");
  }
}
