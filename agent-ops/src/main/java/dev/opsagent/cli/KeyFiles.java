package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.SigningKey;
import java.nio.file.Path;

/** Private keys as commands read them. */
final class KeyFiles {
  private KeyFiles() {}

  /** Reads one; throws {@link CommandFailed} when it cannot be used. */
  static SigningKey read(Path file) {
    return switch (SigningKey.read(file)) {
      case SigningKey.Reading.Usable(SigningKey key) -> key;
      case SigningKey.Reading.Unusable(Failure failure) ->
          throw new CommandFailed(ExitCode.USAGE, failure);
    };
  }
}
