package dev.opsagent.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Prints the completion script for bash and zsh.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  source <(ops-agent completion)"})
final class CompletionCommand implements Callable<Integer> {
  private final Surroundings around;

  @Spec private CommandSpec spec;

  CompletionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    around.out().print(AutoComplete.bash("ops-agent", spec.root().commandLine()));
    around.out().flush();
    return ExitCode.SUCCEEDED.code();
  }
}
