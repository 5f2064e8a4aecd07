package dev.opsagent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.ClockWindow.Moment;
import dev.opsagent.outside.ClockWindow.Once;
import dev.opsagent.outside.ClockWindow.Weekly;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Cluster;
import dev.opsagent.outside.Environment.Http;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.Environment.Tcp;
import dev.opsagent.outside.Environment.Verification;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Freeze;
import dev.opsagent.outside.Freeze.Held;
import dev.opsagent.outside.HealthProbe.JsonField;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class EnvironmentsFileTest {
  private static final Path SCHEMAS = Path.of("..", "schemas");

  @TempDir Path folder;

  @Test
  void whatIsNotWrittenHasADefault() {
    Environments read =
        sound(
            """
            version: 1
            environments:
              - {name: here, kind: local, runtime: process}
              - {name: live, kind: production, runtime: docker}
            """);

    assertThat(read.names()).containsExactly("here", "live");
    assertThat(read.find("here"))
        .contains(
            new Environment(
                "here",
                Kind.LOCAL,
                Set.of(RuntimeKind.PROCESS),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of(Strategy.RECREATE),
                Optional.empty(),
                new Verification(
                    Optional.empty(),
                    Optional.empty(),
                    20,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(60),
                    Duration.ZERO,
                    List.of()),
                Limits.DEFAULT,
                Optional.empty(),
                Duration.ofMinutes(15),
                List.of(),
                false,
                Wall.NONE));
    Environment live = read.find("live").orElseThrow();
    assertThat(live.isProtected()).isTrue();
    assertThat(live.sandbox()).isEqualTo(Wall.LANDLOCK);
    assertThat(live.limits().replicas()).isEqualTo(10);
    assertThat(read.find("elsewhere")).isEmpty();
  }

  @Test
  void everyFieldIsRead() {
    Environments read =
        sound(
            """
            version: 1
            environments:
              - {name: staging, kind: staging, runtime: compose, protected: true}
              - name: live
                kind: production
                runtime: docker
                engine: unix:///run/docker.sock
                project: shop
                prometheus: http://metrics.example.com:9090/prometheus
                strategies: [recreate]
                promotesFrom: staging
                verification:
                  http:
                    path: /health
                    status: 204
                    bodyContains: ok
                    json: {pointer: /status, equals: "UP"}
                    latency: 500ms
                  tcp: {port: 8080}
                  attempts: 7
                  interval: 2s
                  deadline: PT90S
                  soak: 1h
                  metrics:
                    - name: error-rate
                      query: rate(errors{service="{service}"}[30s])
                      max: 0.01
                      min: 0
                      baseline: {increaseAtMost: 0.2}
                      samples: 5
                      window: 2m
                    - {name: up, query: up, min: 1}
                limits: {cpus: 0.5, memory: 512Mi, replicas: 3}
                prices: {currency: EUR, cpu: 20, memory: 2.5}
                recovery: 10m
                freezes:
                  - {name: weekend, from: Fri 16:00, to: Mon 08:00, zone: Europe/Berlin}
                  - name: year-end
                    from: 2026-12-18T18:00
                    to: 2027-01-04T08:00
                    zone: UTC
                    except: [environment.configure]
                    holds: all
                protected: false
                sandbox: bubblewrap
            """);

    assertThat(read.find("staging").orElseThrow().isProtected()).isTrue();
    assertThat(read.find("live"))
        .contains(
            new Environment(
                "live",
                Kind.PRODUCTION,
                Set.of(RuntimeKind.DOCKER),
                Optional.of(URI.create("unix:///run/docker.sock")),
                Optional.of("shop"),
                Optional.empty(),
                Optional.of(URI.create("http://metrics.example.com:9090/prometheus")),
                Set.of(Strategy.RECREATE),
                Optional.of("staging"),
                new Verification(
                    Optional.of(
                        new Http(
                            "/health",
                            204,
                            Optional.of("ok"),
                            Optional.of(new JsonField("/status", "UP")),
                            Optional.of(Duration.ofMillis(500)))),
                    Optional.of(new Tcp(Optional.of(8080))),
                    7,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(90),
                    Duration.ofHours(1),
                    List.of(
                        new MetricCheck(
                            "error-rate",
                            "rate(errors{service=\"{service}\"}[30s])",
                            Optional.of(0.01),
                            Optional.of(0.0),
                            Optional.of(new MetricCheck.Baseline(0.2)),
                            Optional.of(5),
                            Optional.of(Duration.ofMinutes(2))),
                        new MetricCheck(
                            "up",
                            "up",
                            Optional.empty(),
                            Optional.of(1.0),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(Duration.ofMinutes(1))))),
                new Limits(Optional.of(new BigDecimal("0.5")), Optional.of(512L << 20), 3),
                Optional.of(new Prices("EUR", Optional.of(20.0), Optional.of(2.5))),
                Duration.ofMinutes(10),
                List.of(
                    new Freeze(
                        "weekend",
                        new Weekly(Moment.of("Fri 16:00"), Moment.of("Mon 08:00")),
                        ZoneId.of("Europe/Berlin"),
                        Set.of(),
                        Held.CHANGES),
                    new Freeze(
                        "year-end",
                        new Once(
                            LocalDateTime.parse("2026-12-18T18:00"),
                            LocalDateTime.parse("2027-01-04T08:00")),
                        ZoneId.of("UTC"),
                        Set.of("environment.configure"),
                        Held.ALL)),
                false,
                Wall.BUBBLEWRAP));
  }

  @Test
  void aClusterIsDeclaredByItsNamespaceAndHowItIsReached() {
    Environments read =
        sound(
            """
            version: 1
            environments:
              - {name: a, kind: dev, runtime: kubernetes, kubernetes: {namespace: shop}}
              - name: b
                kind: staging
                runtime: kubernetes
                kubernetes:
                  namespace: shop-staging
                  context: staging@eu
                  kubeconfig: /etc/ops-agent/kubeconfig
                  address: https://{service}.staging.example.com
            """);

    assertThat(read.find("a").orElseThrow().kubernetes())
        .contains(new Cluster("shop", Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(read.find("b").orElseThrow().kubernetes())
        .contains(
            new Cluster(
                "shop-staging",
                Optional.of("staging@eu"),
                Optional.of("/etc/ops-agent/kubeconfig"),
                Optional.of("https://{service}.staging.example.com")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          runtime: docker, promoteFrom: a   | 3:49: environments[0].promoteFrom is not a known field; correct it; schemas/environments.schema.json says what may stand there
          runtime: nomad                    | 3:32: environments[0].runtime must be one of process,docker,compose,kubernetes; correct it; schemas/environments.schema.json says what may stand there
          runtime: kubernetes               | 3:5: environments[0].kubernetes is required; correct it; schemas/environments.schema.json says what may stand there
          runtime: kubernetes, kubernetes: {context: a} | 3:53: environments[0].kubernetes.namespace is required; correct it; schemas/environments.schema.json says what may stand there
          runtime: docker, strategies: [recreate, blue] | 3:72: environments[0].strategies[1] must be one of recreate,rolling,blue-green,canary; correct it; schemas/environments.schema.json says what may stand there
          runtime: docker, engine: 'tcp://127.0.0.1:99999' | 3:49: environments[0].engine names no port; write a port from 1 to 65535
          runtime: docker, promotesFrom: w2b | 3:49: environments[0].promotesFrom names no environment of this file; did you mean web?
          runtime: docker, promotesFrom: web | 3:49: environments[0].promotesFrom comes back to where it began: web from web; take it from one of them
          runtime: docker, sandbox: none    | 3:49: environments[0].sandbox is none, which is for the kind local only; write landlock or bubblewrap
          runtime: docker, recovery: 16m    | 3:49: environments[0].recovery is out of bounds; write 1s to 15m
          runtime: docker, verification: {interval: 1ms} | 3:64: environments[0].verification.interval is out of bounds; write 10ms to 5m
          runtime: docker, verification: {soak: 25h} | 3:64: environments[0].verification.soak is out of bounds; write 0s to 24h
          runtime: docker, verification: {http: {path: /, latency: 11s}} | 3:80: environments[0].verification.http.latency is out of bounds; write 1ms to 10s
          runtime: docker, verification: {metrics: [{name: up, query: up, min: 1}]} | 3:64: environments[0].verification.metrics need a server to be asked of; write where it is in prometheus of the environment
          runtime: docker, prometheus: 'http://127.0.0.1:0' | 3:49: environments[0].prometheus names no port; write a port from 1 to 65535
          runtime: docker, prometheus: 'http://m', verification: {metrics: [{name: up, query: up, min: 1, window: 25h}]} | 3:128: environments[0].verification.metrics[0].window is out of bounds; write 1s to 24h
          runtime: docker, prometheus: 'http://m', verification: {metrics: [{name: up, query: 'up{job="{servce}"}', min: 1}]} | 3:109: environments[0].verification.metrics[0].query holds the unknown placeholder {servce}; correct the check
          runtime: docker, prometheus: 'http://m', verification: {metrics: [{name: up, query: a, min: 1}, {name: up, query: b, min: 1}]} | 3:129: environments[0].verification.metrics[1].name is given to two checks; correct the check
          runtime: docker, recovery: 30s    | 3:5: environments[0].verification.deadline is longer than recovery, so that no rollback could be verified in its time; make it shorter, or recovery longer
          runtime: docker, limits: {memory: 1Mi} | 3:58: environments[0].limits.memory is out of bounds; write 6Mi to 4096Gi
          runtime: docker, freezes: [{name: a, from: Fri 16:00, to: Mon 08:00, zone: Europe/Bern}] | 3:101: environments[0].freezes[0].zone is no time zone; write one such as Europe/Berlin or UTC
          runtime: docker, freezes: [{name: a, from: Fri 16:00, to: '2027-01-04T08:00', zone: UTC}] | 3:86: environments[0].freezes[0].to is in another form than from; write two days of the week or two dates
          runtime: docker, freezes: [{name: a, from: Fri 16:00, to: Fri 16:00, zone: UTC}] | 3:86: environments[0].freezes[0].to is the same as from, so that it would never end; write when the freeze is over
          runtime: docker, freezes: [{name: a, from: '2027-01-04T08:00', to: '2026-01-04T08:00', zone: UTC}] | 3:95: environments[0].freezes[0].to is not later than from; write when the freeze is over
          runtime: docker, freezes: [{name: a, from: '2027-02-28T08:00', to: '2027-02-30T08:00', zone: UTC}] | 3:59: environments[0].freezes[0] holds a date that no calendar has; correct from or to
          runtime: docker, freezes: [{name: a, from: Fri 16:00, to: Sat 16:00, zone: UTC}, {name: a, from: Mon 16:00, to: Tue 16:00, zone: UTC}] | 3:114: environments[0].freezes[1].name is given to two freezes; give each its own
          runtime: docker, limits: {memory: 5000Gi} | 3:58: environments[0].limits.memory is out of bounds; write 6Mi to 4096Gi
          """)
  void mistakesAreToldWithTheirPlaceAndTheirFix(String fields, String message) {
    String yaml =
        "version: 1\nenvironments:\n  - {name: web, kind: staging, %s}\n".formatted(fields);

    assertThat(problems(yaml)).containsExactly(file() + ":" + message);
  }

  @Test
  void everythingThatDoesNotFitIsToldAtOnce() {
    List<String> problems =
        problems(
            """
            version: 1
            environments:
              - {name: a, kind: dev, runtime: docker, promotesFrom: c}
              - {name: b, kind: dev, runtime: docker, promotesFrom: a}
              - {name: c, kind: dev, runtime: docker, promotesFrom: b}
              - {name: d, kind: dev, runtime: docker, promotesFrom: c}
              - {name: a, kind: dev, runtime: docker, recovery: 16m}
            """);

    assertThat(problems)
        .containsExactly(
            file()
                + ":3:43: environments[0].promotesFrom comes back to where it began:"
                + " a from c from b from a; take it from one of them",
            file() + ":7:6: environments[4].name is given to two environments; give each its own",
            file() + ":7:43: environments[4].recovery is out of bounds; write 1s to 15m");
  }

  @Test
  void whatIsNoYamlOrNotThereIsToldToo() {
    assertThat(problems("version: 1\nenvironments: [\n"))
        .hasSize(1)
        .allSatisfy(it -> assertThat(it).contains(":2:16: must be well-formed"));
    assertThat(EnvironmentsFile.load(folder.resolve("absent.yaml")))
        .isInstanceOfSatisfying(
            Loaded.Unsound.class,
            it ->
                assertThat(it.failure().sentence())
                    .contains("absent.yaml:1:1: the environments cannot be read"));
  }

  static List<Path> goodExamples() throws IOException {
    try (Stream<Path> files = Files.list(SCHEMAS.resolve("examples/good/environments"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goodExamples")
  void whatTheSchemaAllowsIsReadOrRefusedAsNotBuilt(Path example) {
    switch (EnvironmentsFile.load(example)) {
      case Loaded.Sound<Environments>(Environments read) -> assertThat(read.all()).isNotEmpty();
      case Loaded.Unsound<Environments>(_, List<Problem> problems) ->
          assertThat(problems).allSatisfy(it -> assertThat(it.cause()).endsWith(" yet"));
    }
  }

  @Test
  void whatIsBuiltIsNamedByTheSchema() throws IOException {
    JsonNode fields =
        Json.readTree(Files.readAllBytes(SCHEMAS.resolve("environments.schema.json")))
            .at("/$defs/environment/properties");

    assertThat(texts(fields.at("/kind/enum")))
        .isEqualTo(Stream.of(Kind.values()).map(Kind::id).collect(Collectors.toSet()));
    assertThat(texts(fields.at("/sandbox/enum")))
        .isEqualTo(Stream.of(Wall.values()).map(Wall::id).collect(Collectors.toSet()));
    assertThat(texts(fields.at("/runtime/enum")))
        .containsAll(Stream.of(RuntimeKind.values()).map(RuntimeKind::id).toList());
    assertThat(texts(fields.at("/strategies/items/enum")))
        .containsAll(Stream.of(Strategy.values()).map(Strategy::id).toList());
  }

  private static Set<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).collect(Collectors.toSet());
  }

  private Path file() {
    return folder.resolve("environments.yaml");
  }

  private Environments sound(String yaml) {
    Loaded<Environments> loaded = load(yaml);
    assertThat(loaded).isInstanceOf(Loaded.Sound.class);
    return ((Loaded.Sound<Environments>) loaded).value();
  }

  private List<String> problems(String yaml) {
    Loaded<Environments> loaded = load(yaml);
    assertThat(loaded).isInstanceOf(Loaded.Unsound.class);
    return ((Loaded.Unsound<Environments>) loaded)
        .problems().stream().map(Problem::toString).toList();
  }

  private Loaded<Environments> load(String yaml) {
    try {
      return EnvironmentsFile.load(Files.writeString(file(), yaml));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
