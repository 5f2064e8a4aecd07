package dev.opsagent.configuration;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.Configuration.Served;
import dev.opsagent.configuration.ConfigurationSources.Entry;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationSourcesTest {
  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private final Map<Setting, String> flags = new HashMap<>();

  @Test
  void withoutAnySourceEverythingHasItsDefault() {
    Configuration configuration = valid("").configuration();

    assertThat(configuration.bus().bootstrap()).isEqualTo("localhost:9092");
    assertThat(configuration.group()).isEqualTo("ops-agent");
    assertThat(configuration.data()).isEqualTo(folder.resolve("home/.local/state/ops-agent"));
    assertThat(configuration.http()).isEqualTo(new Configuration.Http("127.0.0.1", 8088));
    assertThat(configuration.environments()).isEqualTo(new Served.Named(List.of("local")));
    assertThat(configuration.npm()).isEmpty();
  }

  @Test
  void environmentOverridesTheFileAndAnOptionOverridesBoth() {
    String file = "group: from-file\nbootstrap: file:1\ntopics:\n  partitions: 3\n";
    environment.put("KAFKA_BOOTSTRAP_SERVERS", "variable:2");
    environment.put("OPS_AGENT_TOPICS_PARTITIONS", "4");
    flags.put(Setting.PARTITIONS, "5");

    Loaded.Valid loaded = valid(file);

    assertThat(loaded.configuration().group()).isEqualTo("from-file");
    assertThat(loaded.configuration().bus().bootstrap()).isEqualTo("variable:2");
    assertThat(loaded.configuration().topics().partitions()).isEqualTo(5);
    assertThat(loaded.inForce())
        .contains(
            new Entry("group", "from-file", new Origin.File("ops-agent.yaml", 1, 8)),
            new Entry("bootstrap", "variable:2", new Origin.Variable("KAFKA_BOOTSTRAP_SERVERS")),
            new Entry("topics.partitions", "5", new Origin.Flag("--partitions")),
            new Entry("http.port", "8088", new Origin.Default()));
  }

  @Test
  void anyClientPropertyComesFromTheFileOrFromKafkaVariables() {
    environment.put("KAFKA_SECURITY_PROTOCOL", "SASL_SSL");
    environment.put("KAFKA_SASL_JAAS_CONFIG", "password=hunter2");
    environment.put("KAFKA_HEAP_OPTS", "-Xmx1g");

    Loaded.Valid loaded =
        valid("kafka:\n  sasl.mechanism: PLAIN\n  security.protocol: PLAINTEXT\n  ssl: {a: b}\n");

    assertThat(loaded.configuration().bus().properties())
        .containsOnly(
            Map.entry("sasl.mechanism", "PLAIN"),
            Map.entry("security.protocol", "SASL_SSL"),
            Map.entry("sasl.jaas.config", "password=hunter2"),
            Map.entry("ssl.a", "b"));
    assertThat(loaded.inForce().toString()).contains("sasl.jaas.config").doesNotContain("hunter2");
  }

  @Test
  void registriesAndGitCredentialsNameSecretsThatAreReadOnlyWhenAskedFor() throws IOException {
    Path token = folder.resolve("token");
    Files.writeString(token, "first\n");
    environment.put("GIT_TOKEN", "from-environment");
    String file =
        """
        registries:
          npm: {url: "http://127.0.0.1:4873/", credential: npm-token}
        git:
          credentials:
            - {prefix: "https://git.example.org/", username: bot, secret: git-token}
        secrets:
          npm-token: {file: token}
          git-token: {env: GIT_TOKEN}
        environments: [local, staging]
        """;

    Configuration configuration = valid(file).configuration();
    Files.writeString(token, "rotated\n");

    assertThat(configuration.npm().orElseThrow().credential()).contains("npm-token");
    assertThat(configuration.gitCredentials())
        .containsExactly(
            new Configuration.GitCredential("https://git.example.org/", "bot", "git-token"));
    assertThat(value(configuration, "npm-token")).isEqualTo("rotated");
    assertThat(value(configuration, "git-token")).isEqualTo("from-environment");
    assertThat(configuration.environments())
        .isEqualTo(new Served.Named(List.of("local", "staging")));
    assertThat(valid(file).inForce().toString()).doesNotContain("rotated", "from-environment");
  }

  private static String value(Configuration configuration, String secret) {
    return ok(configuration.secrets().resolve(secret, Secrets.Remote.NONE));
  }

  @Test
  void aSecretMayBeInAClusterOrComeFromAProgram() {
    String file =
        """
        secrets:
          shop.db: {kubernetes: {environment: production, secret: shop-db, key: password}}
          vault:
            command: [vault, kv, get, -field=token, secret/npm]
            reads: [token, /etc/vault]
            reaches: https://vault.example.com
        """;

    assertThat(valid(file).configuration().secrets().sources())
        .isEqualTo(
            Map.of(
                "shop.db",
                new Secrets.Source.Kubernetes("production", "shop-db", "password"),
                "vault",
                new Secrets.Source.Command(
                    List.of("vault", "kv", "get", "-field=token", "secret/npm"),
                    List.of(folder.resolve("token"), Path.of("/etc/vault")),
                    Optional.of(URI.create("https://vault.example.com")))));
  }

  @Test
  void aSecretThatCannotBeReadIsNamedWithTheKindOfItsSource() throws IOException {
    Files.writeString(folder.resolve("empty"), " \n");
    Files.write(folder.resolve("long"), new byte[Secrets.LARGEST + 1]);
    String file =
        """
        secrets:
          unset: {env: NOT_SET}
          empty: {file: empty}
          long: {file: long}
          missing: {file: missing}
          far: {kubernetes: {environment: a, secret: b, key: c}}
        """;
    Secrets secrets = valid(file).configuration().secrets();
    assertThat(
            Stream.of("unset", "empty", "long", "missing", "far", "undeclared")
                .map(name -> no(secrets.resolve(name, Secrets.Remote.NONE)).sentence()))
        .containsExactly(
            "could not read the secret unset from an environment variable: NOT_SET is not set; set"
                + " it in the worker's environment",
            "could not read the secret empty from a file: it is empty; give it a value",
            "could not read the secret long from a file: it is longer than 65536 bytes; see that"
                + " the worker may read "
                + folder.resolve("long"),
            "could not read the secret missing from a file: NoSuchFileException; see that the"
                + " worker may read "
                + folder.resolve("missing"),
            "could not read the secret far from a Kubernetes secret: ask a Kubernetes secret: only"
                + " a worker does",
            "could not read the secret undeclared from nowhere: it is not declared; declare it"
                + " under secrets:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          secrets: {a: {env: A, file: b}}   | c.yaml:1:20: secret a has two sources; keep env, file, kubernetes or command
          secrets: {a: {reads: [b]}}        | c.yaml:1:23: secret a has no source; keep env, file, kubernetes or command
          secrets: {a: {env: A, reaches: 'https://x'}} | c.yaml:1:20: secret a has reads or reaches; they belong beside a command
          secrets: {a: {kubernetes: {key: b, secret: c}}} | c.yaml:1:33: secret a has no kubernetes.environment; add environment:
          secrets: {a: {command: ['']}}     | c.yaml:1:25: secret a names no program; name it first in command
          secrets: {a: {command: [b], reaches: 'ftp://x'}} | c.yaml:1:38: secret a reaches no address; write an http or https address without a user in it
          grop: x                           | c.yaml:1:1: unknown key grop; did you mean group?
          group: a\\nhttp:\\n  prt: 1        | c.yaml:3:3: unknown key http.prt; did you mean port?
          http:\\n  port: 99999             | c.yaml:2:9: http.port is not a valid number; write a whole number from 0 to 65535
          session-timeout: soon             | c.yaml:1:18: session-timeout is not a valid duration; write a duration such as 45s, 10m or 1h, from 1s to 1800s
          bootstrap: nowhere                | c.yaml:1:12: bootstrap is malformed; write host:port
          topics: {fleet: dlq}              | c.yaml:1:17: topics.fleet is malformed; use small letters, digits and '-'; dlq is no fleet
          environments: {fil: e.yaml}       | c.yaml:1:16: unknown key environments.fil; did you mean file?
          environments: local               | c.yaml:1:15: environments is not a single value; give it a list or mapping
          git: {credentials: {a: b}}        | c.yaml:1:21: unknown key git.credentials.a; write a list, each entry behind a dash
          secrets: [a]                      | c.yaml:1:10: secrets is no list; write one value
          environments: [Local]             | c.yaml:1:16: environments names no environment; use small letters, digits, '.', '_' and '-', such as staging
          group: {a: b}                     | c.yaml:1:9: group takes a single value; write it behind the colon
          kafka: {group.id: x}              | c.yaml:1:19: kafka.group.id cannot be set; remove it; the worker sets it itself
          registries: {npm: {url: 'ftp://x'}} | c.yaml:1:25: registries.npm.url is malformed; write an http or https address without a user in it
          - group                           | c.yaml:1:1: the file is not a mapping; write key: value lines
          registries: {npm: {url: 'http://x', credential: a}} | c.yaml:1:49: names a secret that is not declared; declare it under secrets: as NAME: {env: VARIABLE} or NAME: {file: PATH}
          """)
  void mistakesAreToldWithTheirPlaceAndTheirFix(String yaml, String message) throws IOException {
    assertThat(invalid(yaml.replace("\\n", "\n"))).containsExactly(message);
  }

  @Test
  void aFileOfEnvironmentsTakesThePlaceOfTheirNames() {
    Loaded.Valid loaded = valid("environments: {file: sub/environments.yaml}\n");

    assertThat(loaded.configuration().environments())
        .isEqualTo(new Served.Declared(folder.resolve("sub/environments.yaml")));
    assertThat(loaded.inForce())
        .contains(
            new Entry("environments", "", new Origin.File("ops-agent.yaml", 1, 22)),
            new Entry(
                "environments.file",
                "sub/environments.yaml",
                new Origin.File("ops-agent.yaml", 1, 22)));
  }

  @Test
  void namesBesideAFileOfEnvironmentsAreAMistakeThatSaysWhichToDrop() throws IOException {
    String told =
        ": environments and environments.file are both given; drop environments: the file names"
            + " them";
    environment.put("OPS_AGENT_ENVIRONMENTS_FILE", "environments.yaml");
    assertThat(invalid("environments: [local, staging]\n")).containsExactly("c.yaml:1:16" + told);

    environment.put("OPS_AGENT_ENVIRONMENTS", "local");
    assertThat(invalid("")).containsExactly("$OPS_AGENT_ENVIRONMENTS" + told);

    flags.put(Setting.ENVIRONMENTS, "local");
    assertThat(invalid("")).containsExactly("--environments" + told);
  }

  @Test
  void everyMistakeIsToldAtOnceAndNoValueIsRepeated() throws IOException {
    environment.put("OPS_AGENT_HTTP_PORT", "s3cret");

    List<String> problems = invalid("grop: s3cret\nsession-timeout: s3cret\n");

    assertThat(problems).hasSize(3);
    assertThat(problems.toString()).contains("$OPS_AGENT_HTTP_PORT").doesNotContain("s3cret");
  }

  @Test
  void brokenYamlIsToldWithItsPlace() throws IOException {
    assertThat(invalid("group: a\nhttp: }\n"))
        .hasSize(1)
        .allSatisfy(it -> assertThat(it).startsWith("c.yaml:2:").contains("not valid YAML"));
  }

  @Test
  void namedFileThatCannotBeReadIsAProblemAndNotAnEmptyConfiguration() {
    Loaded loaded = sources().load(Optional.of(Path.of("absent.yaml")), flags);

    assertThat(loaded).isInstanceOf(Loaded.Invalid.class);
  }

  @ParameterizedTest
  @CsvSource({"45s,PT45S", "1h30m,PT1H30M", "250ms,PT0.25S", "2d,PT48H", "PT10M,PT10M"})
  void durationsAreReadAsPeopleWriteThem(String text, Duration duration) {
    assertThat(Words.duration(text)).contains(duration);
  }

  @ParameterizedTest
  @CsvSource({"''", "soon", "10", "s", "-"})
  void otherTextIsNoDuration(String text) {
    assertThat(Words.duration(text)).isEmpty();
  }

  private ConfigurationSources sources() {
    return new ConfigurationSources(environment, folder, folder.resolve("home"));
  }

  private Loaded.Valid valid(String yaml) {
    try {
      Files.writeString(folder.resolve("ops-agent.yaml"), yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Loaded loaded = sources().load(Optional.empty(), flags);
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    return (Loaded.Valid) loaded;
  }

  private List<String> invalid(String yaml) throws IOException {
    Files.writeString(folder.resolve("c.yaml"), yaml);
    Loaded loaded = sources().load(Optional.of(Path.of("c.yaml")), flags);
    assertThat(loaded).isInstanceOf(Loaded.Invalid.class);
    return ((Loaded.Invalid) loaded).problems().stream().map(Problem::toString).toList();
  }
}
