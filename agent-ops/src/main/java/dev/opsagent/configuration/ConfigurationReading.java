package dev.opsagent.configuration;

import dev.opsagent.configuration.ConfigurationFile.Value;
import dev.opsagent.configuration.ConfigurationSources.Entry;
import dev.opsagent.configuration.ConfigurationSources.Sourced;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Topics;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Turns sourced text into a typed configuration and collects what is wrong with it. */
final class ConfigurationReading {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern BROKERS =
      Pattern.compile("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*|\\[[0-9a-fA-F:]+]:\\d{1,5}");
  private static final Pattern SENSITIVE =
      Pattern.compile(".*(password|jaas|secret|token|credential|\\.key$).*");

  /** Without them the worker could lose or repeat work, so nobody else may set them. */
  private static final Set<String> OURS =
      Set.of(
          "auto.offset.reset",
          "bootstrap.servers",
          "enable.auto.commit",
          "enable.idempotence",
          "group.id",
          "isolation.level",
          "key.deserializer",
          "key.serializer",
          "partition.assignment.strategy",
          "session.timeout.ms",
          "transactional.id",
          "value.deserializer",
          "value.serializer");

  private final Map<Setting, Sourced> settings;
  private final Map<String, Value> file;
  private final Map<String, Sourced> kafka;
  private final ConfigurationSources sources;
  private final List<Problem> problems = new ArrayList<>();

  ConfigurationReading(
      Map<Setting, Sourced> settings,
      Map<String, Value> file,
      Map<String, Sourced> kafka,
      ConfigurationSources sources) {
    this.settings = settings;
    this.file = file;
    this.kafka = kafka;
    this.sources = sources;
  }

  List<Problem> problems() {
    return problems;
  }

  Configuration read() {
    Map<String, Secrets.Source> secrets = secrets();
    return new Configuration(
        new Configuration.Bus(matching(Setting.BOOTSTRAP, BROKERS, "write host:port"), clients()),
        new Configuration.TopicLayout(
            topics(),
            (int) number(Setting.PARTITIONS, 1, 10_000),
            (int) number(Setting.REPLICATION, -1, 100)),
        matching(Setting.GROUP, GROUP, "use 1 to 128 letters, digits, '.', '_' and '-'"),
        folder(),
        new Configuration.Http(
            text(Setting.HTTP_HOST).text(), (int) number(Setting.HTTP_PORT, 0, 65_535)),
        duration(Setting.SESSION_TIMEOUT, Duration.ofSeconds(1), Duration.ofMinutes(30)),
        environments(),
        npm(secrets.keySet()),
        gitCredentials(secrets.keySet()),
        new Secrets(secrets, sources.environment()),
        new Configuration.Timeouts(
            duration(Setting.TASK_TIMEOUT, Duration.ofSeconds(1), Duration.ofDays(7)),
            duration(Setting.DECISION_TIMEOUT, Duration.ofSeconds(1), Duration.ofDays(30))));
  }

  /** What is in force, by key. */
  List<Entry> inForce() {
    List<Entry> entries = new ArrayList<>();
    settings.forEach((key, it) -> entries.add(new Entry(key.key(), it.text(), it.origin())));
    kafka.forEach((key, it) -> {
      String shown = SENSITIVE.matcher(key).matches() ? "(set, not shown)" : it.text();
      entries.add(new Entry("kafka." + key, shown, it.origin()));
    });
    file.forEach((key, it) -> {
      if (key.startsWith("secrets.") || key.startsWith("git.")) {
        entries.add(new Entry(key, it.text(), it.where()));
      }
    });
    entries.sort(Comparator.comparing(Entry::key));
    return entries;
  }

  private Sourced text(Setting setting) {
    return Objects.requireNonNull(settings.get(setting));
  }

  private String matching(Setting setting, Pattern pattern, String fix) {
    Sourced value = text(setting);
    if (!pattern.matcher(value.text()).matches()) {
      problems.add(new Problem(value.origin(), setting.key() + " is malformed", fix));
    }
    return value.text();
  }

  private Topics topics() {
    Sourced prefix = text(Setting.TOPIC_PREFIX);
    Sourced fleet = text(Setting.FLEET);
    try {
      return Topics.of(present(prefix), present(fleet));
    } catch (InvalidMessage invalid) {
      boolean wrongFleet = invalid.field().equals("fleet");
      problems.add(
          new Problem(
              wrongFleet ? fleet.origin() : prefix.origin(),
              "topics." + invalid.field() + " is malformed",
              "use small letters, digits and '-'; dlq is no fleet"));
      return Topics.DEFAULT;
    }
  }

  private static Optional<String> present(Sourced value) {
    return Optional.of(value.text()).filter(it -> !it.isEmpty());
  }

  private long number(Setting setting, long least, long most) {
    Sourced value = text(setting);
    String digits = value.text().strip();
    long number = digits.matches("-?\\d{1,9}") ? Long.parseLong(digits) : Long.MIN_VALUE;
    if (number < least || number > most) {
      String fix = "write a whole number from " + least + " to " + most;
      problems.add(new Problem(value.origin(), setting.key() + " is not a valid number", fix));
      return least;
    }
    return number;
  }

  private Duration duration(Setting setting, Duration least, Duration most) {
    Sourced value = text(setting);
    Optional<Duration> read =
        Words.duration(value.text())
            .filter(it -> it.compareTo(least) >= 0 && it.compareTo(most) <= 0);
    if (read.isEmpty()) {
      String fix =
          "write a duration such as 45s, 10m or 1h, from %ds to %ds"
              .formatted(least.toSeconds(), most.toSeconds());
      problems.add(new Problem(value.origin(), setting.key() + " is not a valid duration", fix));
    }
    return read.orElse(least);
  }

  private Path folder() {
    String text = text(Setting.DATA).text();
    if (text.startsWith("~/")) {
      return sources.home().resolve(text.substring(2));
    }
    return sources.directory().resolve(text).normalize();
  }

  private List<String> environments() {
    List<String> names = new ArrayList<>();
    Sourced given = text(Setting.ENVIRONMENTS);
    Map<String, Value> listed = below("environments.");
    if (given.origin() instanceof Origin.Default && !listed.isEmpty()) {
      listed.forEach((key, it) -> names.add(environment(it.text(), it.where())));
      settings.put(
          Setting.ENVIRONMENTS,
          new Sourced(String.join(",", names), listed.values().iterator().next().where()));
      return names;
    }
    Arrays.stream(given.text().split(",", -1))
        .forEach(it -> names.add(environment(it.strip(), given.origin())));
    return names;
  }

  private String environment(String name, Origin where) {
    if (!NAME.matcher(name).matches()) {
      String fix = "use small letters, digits, '.', '_' and '-', such as staging";
      problems.add(new Problem(where, "environments names no environment", fix));
    }
    return name;
  }

  private Map<String, Value> below(String prefix) {
    Map<String, Value> found = new LinkedHashMap<>();
    file.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), value);
      }
    });
    return found;
  }

  private Map<String, String> clients() {
    Map<String, String> properties = new TreeMap<>();
    kafka.forEach((key, it) -> {
      if (OURS.contains(key)) {
        String fix = "remove it; the worker sets it itself";
        problems.add(new Problem(it.origin(), "kafka." + key + " cannot be set", fix));
      }
      properties.put(key, it.text());
    });
    return properties;
  }

  private Map<String, Secrets.Source> secrets() {
    Map<String, Secrets.Source> found = new LinkedHashMap<>();
    below("secrets.")
        .forEach((key, it) -> {
          int dot = key.lastIndexOf('.');
          String name = key.substring(0, Math.max(dot, 0));
          Secrets.Source source =
              key.endsWith(".env")
                  ? new Secrets.Source.Env(it.text())
                  : new Secrets.Source.File(sources.directory().resolve(it.text()));
          if (found.put(name, source) != null) {
            String cause = "secret " + name + " has two sources";
            problems.add(new Problem(it.where(), cause, "keep env or file"));
          }
        });
    return found;
  }

  private Optional<Configuration.NpmRegistry> npm(Set<String> secrets) {
    Sourced url = text(Setting.NPM_URL);
    Sourced credential = text(Setting.NPM_CREDENTIAL);
    Optional<String> secret = present(credential);
    secret.ifPresent(it -> declared(it, secrets, credential.origin()));
    if (url.text().isEmpty()) {
      return Optional.empty();
    }
    try {
      URI address = new URI(url.text());
      if (Set.of("http", "https").contains(address.getScheme()) && address.getUserInfo() == null) {
        return Optional.of(new Configuration.NpmRegistry(address, secret));
      }
    } catch (URISyntaxException malformed) {
      // told below, like every other address that will not do
    }
    String fix = "write an http or https address without a user in it";
    problems.add(new Problem(url.origin(), "registries.npm.url is malformed", fix));
    return Optional.empty();
  }

  private List<Configuration.GitCredential> gitCredentials(Set<String> secrets) {
    Map<String, Value> all = below("git.credentials.");
    List<Configuration.GitCredential> credentials = new ArrayList<>();
    for (String index : indexes(all)) {
      Value prefix = part(all, index, "prefix");
      Value username = part(all, index, "username");
      Value secret = part(all, index, "secret");
      declared(secret.text(), secrets, secret.where());
      credentials.add(
          new Configuration.GitCredential(prefix.text(), username.text(), secret.text()));
    }
    return credentials;
  }

  private static Set<String> indexes(Map<String, Value> all) {
    Set<String> indexes = new TreeSet<>(Comparator.comparingInt(Integer::parseInt));
    all.keySet().stream().map(it -> it.substring(0, it.indexOf('.'))).forEach(indexes::add);
    return indexes;
  }

  private Value part(Map<String, Value> all, String index, String name) {
    Value found = all.get(index + "." + name);
    if (found != null) {
      return found;
    }
    Origin.File where =
        all.entrySet().stream()
            .filter(it -> it.getKey().startsWith(index + "."))
            .map(it -> it.getValue().where())
            .findFirst()
            .orElseThrow();
    String cause = "git.credentials[" + index + "] has no " + name;
    problems.add(new Problem(where, cause, "add " + name + ":"));
    return new Value("", where);
  }

  private void declared(String secret, Set<String> secrets, Origin where) {
    if (secret.isEmpty() || secrets.contains(secret)) {
      return;
    }
    String fix =
        Nearest.to(secret, secrets)
            .map(it -> "did you mean " + it + "?")
            .orElse("declare it under secrets: as NAME: {env: VARIABLE} or NAME: {file: PATH}");
    problems.add(
        new Problem(where, "names a secret that is not declared", fix, List.copyOf(secrets)));
  }
}
