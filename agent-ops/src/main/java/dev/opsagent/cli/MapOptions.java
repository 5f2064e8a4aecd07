package dev.opsagent.cli;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.configuration.OwnershipFile;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which map of owners a command asks. */
final class MapOptions extends ConfigurationOptions {
  static final String DEFAULT = "default";

  @Option(
      names = "--map",
      paramLabel = "FILE",
      description = "A map to try; default is the one that comes along (the configured one).")
  private @Nullable String map;

  OwnershipMap map(Surroundings around) {
    return map == null ? configured(around) : named(around, map);
  }

  private OwnershipMap configured(Surroundings around) {
    return loaded(configuration(around).ownership());
  }

  static OwnershipMap named(Surroundings around, String file) {
    return loaded(
        file.equals(DEFAULT)
            ? Optional.empty()
            : Optional.of(around.directory().resolve(Path.of(file))));
  }

  /** The map of a file, or the one that comes along; refuses one that is not sound. */
  static OwnershipMap loaded(Optional<Path> file) {
    return switch (OwnershipFile.load(file)) {
      case Loaded.Sound<OwnershipMap>(OwnershipMap map) -> map;
      case Loaded.Unsound<OwnershipMap> unsound ->
          throw new CommandFailed(ExitCode.USAGE, unsound.failure());
    };
  }
}
