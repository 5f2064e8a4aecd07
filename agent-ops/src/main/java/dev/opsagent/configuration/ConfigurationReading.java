package dev.opsagent.configuration;

import dev.opsagent.configuration.ConfigurationFile.Value;
import dev.opsagent.configuration.ConfigurationSources.Entry;
import dev.opsagent.configuration.ConfigurationSources.Sourced;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Topics;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Turns sourced text into a typed configuration and collects what is wrong with it. */
final class ConfigurationReading {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern WALL = Pattern.compile("auto|bubblewrap|landlock|none");
  private static final Pattern UNENCRYPTED = Pattern.compile("refused|allowed");
  private static final Pattern SIGNATURES = Pattern.compile("required|off");
  private static final Pattern REQUIRED =
      Pattern.compile(
          "|[a-z0-9._-]+=(bubblewrap|landlock)(, *[a-z0-9._-]+=(bubblewrap|landlock))*");
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
  private final CredentialReading credentials;

  ConfigurationReading(
      Map<Setting, Sourced> settings,
      Map<String, Value> file,
      Map<String, Sourced> kafka,
      ConfigurationSources sources) {
    this.settings = settings;
    this.file = file;
    this.kafka = kafka;
    this.sources = sources;
    this.credentials = new CredentialReading(file, sources.directory(), problems);
  }

  List<Problem> problems() {
    return problems;
  }

  Configuration read() {
    Map<String, Secrets.Source> secrets = credentials.secrets();
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
        credentials.git(secrets.keySet()),
        new Secrets(secrets, sources.environment()),
        new Configuration.Timeouts(
            duration(Setting.TASK_TIMEOUT, Duration.ofSeconds(1), Duration.ofDays(7)),
            duration(Setting.DECISION_TIMEOUT, Duration.ofSeconds(1), Duration.ofDays(30)),
            duration(Setting.RESTORE_TIMEOUT, Duration.ofSeconds(1), Duration.ofHours(1))),
        guarding(),
        duration(Setting.LEDGER_RETENTION, Duration.ofSeconds(1), Duration.ofDays(3650)),
        sandbox(),
        signing(),
        present(text(Setting.OWNERSHIP)).map(sources.directory()::resolve),
        present(text(Setting.GATES)).map(sources.directory()::resolve));
  }

  private Configuration.Sandbox sandbox() {
    String level =
        matching(Setting.SANDBOX_LEVEL, WALL, "write auto, bubblewrap, landlock or none");
    String list =
        matching(
            Setting.SANDBOX_REQUIRE,
            REQUIRED,
            "write environment=level, with commas between; a level is bubblewrap or landlock");
    Map<String, String> required = new TreeMap<>();
    Arrays.stream(list.split(",", -1))
        .map(it -> it.strip().split("=", 2))
        .filter(it -> it.length == 2)
        .forEach(it -> required.put(it[0], it[1]));
    return new Configuration.Sandbox(level, required);
  }

  private Configuration.Signing signing() {
    String signatures =
        matching(Setting.SIGNATURES, SIGNATURES, "write required, or off where anybody may order");
    Optional<Path> trust = present(text(Setting.TRUST)).map(sources.directory()::resolve);
    Duration bound = duration(Setting.REPLAY_BOUND, Duration.ofSeconds(1), Duration.ofDays(365));
    // What is there is used; what must be there, each command asks for.
    Optional<Path> key =
        present(text(Setting.KEY))
            .map(sources.directory()::resolve)
            .or(() -> Optional.of(Configuration.Signing.localKey(folder())).filter(Files::exists));
    return new Configuration.Signing(signatures.equals("required"), trust, key, bound);
  }

  private Configuration.Guarding guarding() {
    return new Configuration.Guarding(
        pause(Setting.RETRY_PAUSE),
        pause(Setting.LONGEST_RETRY_PAUSE),
        (int) number(Setting.SILENCES, 1, 1000),
        pause(Setting.BREAKER_PAUSE),
        pause(Setting.LONGEST_BREAKER_PAUSE),
        (int) number(Setting.CONCURRENT, 1, 10_000),
        (int) number(Setting.PER_SECOND, 1, 100_000),
        pause(Setting.LONGEST_WAIT));
  }

  private Duration pause(Setting setting) {
    return duration(setting, Duration.ofMillis(10), Duration.ofHours(1));
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

  private Configuration.Served environments() {
    Map<String, Value> listed = ConfigurationFile.below(file, "environments.");
    listed.remove("file");
    Sourced named = text(Setting.ENVIRONMENTS_FILE);
    if (named.text().isEmpty()) {
      return new Configuration.Served.Named(names(listed));
    }
    Sourced given = text(Setting.ENVIRONMENTS);
    Origin origin =
        listed.isEmpty() || !(given.origin() instanceof Origin.Default)
            ? given.origin()
            : listed.values().iterator().next().where();
    if (!(origin instanceof Origin.Default)) {
      String cause = "environments and environments.file are both given";
      problems.add(new Problem(origin, cause, "drop environments: the file names them"));
    }
    settings.put(Setting.ENVIRONMENTS, new Sourced("", named.origin()));
    return new Configuration.Served.Declared(sources.directory().resolve(named.text()));
  }

  private List<String> names(Map<String, Value> listed) {
    List<String> names = new ArrayList<>();
    Sourced given = text(Setting.ENVIRONMENTS);
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

  private Optional<Configuration.NpmRegistry> npm(Set<String> secrets) {
    Sourced url = text(Setting.NPM_URL);
    Sourced credential = text(Setting.NPM_CREDENTIAL);
    Optional<String> secret = present(credential);
    secret.ifPresent(it -> credentials.declared(it, secrets, credential.origin()));
    boolean unencrypted =
        matching(Setting.NPM_UNENCRYPTED, UNENCRYPTED, "write refused or allowed")
            .equals("allowed");
    if (url.text().isEmpty()) {
      return Optional.empty();
    }
    try {
      URI address = new URI(url.text());
      if (Set.of("http", "https").contains(address.getScheme()) && address.getUserInfo() == null) {
        return Optional.of(new Configuration.NpmRegistry(address, secret, unencrypted));
      }
    } catch (URISyntaxException malformed) {
      // told below, like every other address that will not do
    }
    String fix = "write an http or https address without a user in it";
    problems.add(new Problem(url.origin(), "registries.npm.url is malformed", fix));
    return Optional.empty();
  }
}
