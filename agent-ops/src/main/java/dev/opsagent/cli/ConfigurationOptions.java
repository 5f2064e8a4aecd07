package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Problem;
import dev.opsagent.configuration.Setting;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command that talks to the bus finds it. */
class ConfigurationOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration (default: $OPS_AGENT_CONFIG, else ./ops-agent.yaml if there).")
  private @Nullable Path config;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers (default: localhost:9092).")
  private @Nullable String bootstrap;

  @Option(names = "--topic-prefix", paramLabel = "NAME", description = "Before every topic name.")
  private @Nullable String prefix;

  @Option(names = "--fleet", paramLabel = "NAME", description = "The fleet (default: none).")
  private @Nullable String fleet;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Private key to sign with (default: key of the configuration, else up's).")
  private @Nullable String key;

  Map<Setting, String> flags() {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    put(flags, Setting.BOOTSTRAP, bootstrap);
    put(flags, Setting.TOPIC_PREFIX, prefix);
    put(flags, Setting.FLEET, fleet);
    put(flags, Setting.KEY, key);
    return flags;
  }

  static void put(Map<Setting, String> flags, Setting setting, @Nullable String value) {
    if (value != null) {
      flags.put(setting, value);
    }
  }

  Loaded.Valid load(Surroundings around) {
    return load(around, flags());
  }

  Loaded.Valid load(Surroundings around, Map<Setting, String> flags) {
    ConfigurationSources sources =
        new ConfigurationSources(around.environment(), around.directory(), around.home());
    return switch (sources.load(Optional.ofNullable(config), flags)) {
      case Loaded.Valid valid -> valid;
      case Loaded.Invalid invalid -> throw refused(invalid.problems());
    };
  }

  Configuration configuration(Surroundings around) {
    return load(around).configuration();
  }

  private static CommandFailed refused(List<Problem> problems) {
    String cause = problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    String fix = "correct what is named above, then check it with worker --check-config";
    List<String> valid = problems.size() == 1 ? problems.getFirst().validValues() : List.of();
    return new CommandFailed(
        ExitCode.USAGE,
        Failure.of(ReasonCode.CONFIGURATION, "use the configuration", cause, fix),
        valid);
  }
}
