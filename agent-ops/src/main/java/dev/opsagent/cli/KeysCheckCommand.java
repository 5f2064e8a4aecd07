package dev.opsagent.cli;

import dev.opsagent.authority.trust.Trust;
import dev.opsagent.configuration.Configuration.Signing;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.configuration.TrustFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    description = "Tells whether a trust file is sound, as a worker would judge it.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  ops-agent keys check trust.yaml"})
final class KeysCheckCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "FILE", description = "The trust file.")
  private Path file;

  KeysCheckCommand(Surroundings around) {
    this.around = around;
  }

  /** What the command prints. */
  record Checked(String file, boolean sound) {}

  @Override
  public Integer call() {
    check(around.directory().resolve(file));
    new Printer(around, output.format())
        .result(new Checked(file.toString(), true), () -> List.of(file + " is sound"));
    return ExitCode.SUCCEEDED.code();
  }

  /** Refuses a file that is not sound. */
  static void check(Path file) {
    if (TrustFile.load(file, Signing.BOUND) instanceof Loaded.Unsound<Trust> unsound) {
      throw new CommandFailed(ExitCode.USAGE, unsound.failure());
    }
  }
}
