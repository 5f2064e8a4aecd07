package dev.opsagent.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts the configuration together: file &lt; environment &lt; options. Reports everything that is
 * wrong at once.
 *
 * @param environment the environment variables
 * @param directory where a relative file name starts
 * @param home the user's home folder
 */
public record ConfigurationSources(Map<String, String> environment, Path directory, Path home) {
  private static final String KAFKA_VARIABLE = "KAFKA_";

  /** Variables that Kafka's own scripts and images read; they are no client properties. */
  private static final Set<String> KAFKA_SCRIPTS =
      Set.of(
          "KAFKA_BOOTSTRAP_SERVERS",
          "KAFKA_CLUSTER_ID",
          "KAFKA_DEBUG",
          "KAFKA_GC_LOG_OPTS",
          "KAFKA_HEAP_OPTS",
          "KAFKA_HOME",
          "KAFKA_JMX_OPTS",
          "KAFKA_JVM_PERFORMANCE_OPTS",
          "KAFKA_LOG4J_OPTS",
          "KAFKA_OPTS",
          "KAFKA_VERSION");

  /** A value and where it comes from. */
  record Sourced(String text, Origin origin) {}

  /**
   * One line of what is in force.
   *
   * @param value as a person may see it: a secret value never
   */
  public record Entry(String key, String value, Origin origin) {}

  /** What loading came to. */
  public sealed interface Loaded {
    /** A configuration that can be used. */
    record Valid(Configuration configuration, List<Entry> inForce) implements Loaded {
      public Valid {
        inForce = List.copyOf(inForce);
      }
    }

    /** Everything that is wrong, in the order of the file. */
    record Invalid(List<Problem> problems) implements Loaded {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * Loads.
   *
   * @param named the file that the user names; else {@code $OPS_AGENT_CONFIG}, else {@code
   *     ops-agent.yaml} of the directory if it is there
   * @param flags options by setting
   */
  public Loaded load(Optional<Path> named, Map<Setting, String> flags) {
    Optional<Path> path =
        named.or(() -> Optional.ofNullable(environment.get("OPS_AGENT_CONFIG")).map(Path::of));
    Path file = directory.resolve(path.orElse(Path.of("ops-agent.yaml")));
    if (path.isEmpty() && !Files.exists(file)) {
      return assemble(ConfigurationFile.read("ops-agent.yaml", ""), flags);
    }
    String name = path.map(Path::toString).orElse("ops-agent.yaml");
    try {
      return assemble(ConfigurationFile.read(name, Files.readString(file)), flags);
    } catch (IOException unreadable) {
      Origin where = named.isPresent() ? new Origin.Flag("--config") : new Origin.File(name, 1, 1);
      return new Loaded.Invalid(
          List.of(new Problem(where, name + " cannot be read", "name a file that can be read")));
    }
  }

  private Loaded assemble(ConfigurationFile file, Map<Setting, String> flags) {
    Map<Setting, Sourced> settings = settings(file, flags);
    ConfigurationReading reading =
        new ConfigurationReading(settings, file.values(), kafka(file), this);
    Configuration configuration = reading.read();
    List<Problem> problems = new ArrayList<>(file.problems());
    problems.addAll(reading.problems());
    if (!problems.isEmpty()) {
      return new Loaded.Invalid(problems);
    }
    return new Loaded.Valid(configuration, reading.inForce());
  }

  private Map<Setting, Sourced> settings(ConfigurationFile file, Map<Setting, String> flags) {
    Map<Setting, Sourced> settings = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      settings.put(setting, sourced(setting, file, flags));
    }
    settings.computeIfPresent(Setting.GROUP, (_, group) -> ofFleet(group, settings));
    return settings;
  }

  /** Fleets on one broker do not share a group, unless somebody says so. */
  private static Sourced ofFleet(Sourced group, Map<Setting, Sourced> settings) {
    if (!(group.origin() instanceof Origin.Default)) {
      return group;
    }
    String name =
        Stream.of(settings.get(Setting.TOPIC_PREFIX), group, settings.get(Setting.FLEET))
            .filter(Objects::nonNull)
            .map(Sourced::text)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("."));
    return new Sourced(name, group.origin());
  }

  private Sourced sourced(Setting setting, ConfigurationFile file, Map<Setting, String> flags) {
    String flag = flags.get(setting);
    if (flag != null) {
      return new Sourced(flag, new Origin.Flag(setting.flag()));
    }
    String variable = environment.get(setting.variable());
    if (variable != null) {
      return new Sourced(variable, new Origin.Variable(setting.variable()));
    }
    ConfigurationFile.Value value = file.values().get(setting.key());
    if (value != null) {
      return new Sourced(value.text(), value.where());
    }
    return new Sourced(standard(setting), new Origin.Default());
  }

  private String standard(Setting setting) {
    if (setting != Setting.DATA) {
      return setting.standard();
    }
    String state = environment.get("XDG_STATE_HOME");
    Path parent = state == null ? home.resolve(".local/state") : Path.of(state);
    return parent.resolve("ops-agent").toString();
  }

  /**
   * Client properties by Kafka's names: file, then {@code KAFKA_SECURITY_PROTOCOL} and the like.
   */
  private Map<String, Sourced> kafka(ConfigurationFile file) {
    Map<String, Sourced> properties = new LinkedHashMap<>();
    file.values()
        .forEach((key, value) -> {
          if (key.startsWith("kafka.")) {
            properties.put(
                key.substring("kafka.".length()), new Sourced(value.text(), value.where()));
          }
        });
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (name.startsWith(KAFKA_VARIABLE) && !KAFKA_SCRIPTS.contains(name)) {
            String property = name.substring(KAFKA_VARIABLE.length());
            properties.put(
                property.toLowerCase(Locale.ROOT).replace('_', '.'),
                new Sourced(value, new Origin.Variable(name)));
          }
        });
    return properties;
  }
}
