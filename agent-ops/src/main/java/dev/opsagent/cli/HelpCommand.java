package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "help",
    description = "Explains a command, or what the exit codes say.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  ops-agent help dispatch", "  ops-agent help exit-codes --json"})
final class HelpCommand implements Callable<Integer> {
  private static final String EXIT_CODES = "exit-codes";

  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "TOPIC", description = "A command, or exit-codes.")
  private @Nullable String topic;

  HelpCommand(Surroundings around) {
    this.around = around;
  }

  /** One exit code. */
  record Line(int code, String name, String meaning) {}

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    if (topic == null) {
      around.out().println(root.getUsageMessage());
      return ExitCode.SUCCEEDED.code();
    }
    if (topic.equals(EXIT_CODES)) {
      List<Line> lines = Arrays.stream(ExitCode.values()).map(HelpCommand::line).toList();
      new Printer(around, output.format()).result(lines, () -> text(lines));
      return ExitCode.SUCCEEDED.code();
    }
    CommandLine command =
        Optional.ofNullable(root.getSubcommands().get(topic)).orElseThrow(() -> unknown(root));
    around.out().println(command.getUsageMessage());
    return ExitCode.SUCCEEDED.code();
  }

  private static Line line(ExitCode code) {
    String name = code.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return new Line(code.code(), name, code.meaning());
  }

  private static List<String> text(List<Line> lines) {
    return lines.stream()
        .map(it -> "%3d  %-20s  %s".formatted(it.code(), it.name(), it.meaning()))
        .toList();
  }

  private static CommandFailed unknown(CommandLine root) {
    List<String> valid =
        Stream.concat(root.getSubcommands().keySet().stream(), Stream.of(EXIT_CODES))
            .sorted()
            .toList();
    String fix = "topics: " + String.join(", ", valid);
    Failure failure =
        Failure.of(ReasonCode.INVALID_PARAMETERS, "explain that", "no such topic", fix);
    return new CommandFailed(ExitCode.USAGE, failure, valid);
  }
}
