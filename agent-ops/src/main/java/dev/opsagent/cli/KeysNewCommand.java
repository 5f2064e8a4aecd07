package dev.opsagent.cli;

import dev.opsagent.protocol.SigningKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "new",
    description =
        "Makes a key that only its owner may read, and prints its entry for a trust file.",
    mixinStandardHelpOptions = true,
    footer = {"", "Replaces no file.", "", "Examples:", "  ops-agent keys new pm.jwk"})
final class KeysNewCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "FILE", description = "Where the private key goes, as a JWK.")
  private Path file;

  KeysNewCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    SigningKey key = SigningKey.generate();
    try {
      LocalKeys.writeKey(around.directory().resolve(file), key);
    } catch (FileAlreadyExistsException taken) {
      throw CommandFailed.usage(
          "write the key", file + " is there already", "choose another name, or remove it");
    } catch (IOException refused) {
      throw CommandFailed.usage(
          "write the key", file + " cannot be written", "name a file in a folder of yours");
    }
    new Printer(around, output.format())
        .result(KeysShowCommand.entry(key), () -> KeysShowCommand.lines(key));
    return ExitCode.SUCCEEDED.code();
  }
}
