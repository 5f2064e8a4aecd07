package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.OpsAgent;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.GatesFile;
import dev.opsagent.console.Metrics;
import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.ReleaseTag;
import dev.opsagent.protocol.SecurityClearance;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.RawProducer;
import dev.opsagent.testing.Readme;
import dev.opsagent.testing.TestBroker;
import dev.opsagent.testing.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every cell of the table in {@code docs/gates.md}, on a real broker. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EvidenceMatrixTest {
  private static final String REPOSITORY = "https://git.example.org/shop.git";
  private static final List<String> ENVIRONMENTS = List.of("local", "staging", "production");

  private static final SigningKey MALLORY = SigningKey.generate();

  private final GatedWorld world = new GatedWorld();
  private OpsAgent agent;
  private Topics topics;
  private OpsClient client;
  private OpsClient ada;
  private OpsClient mallory;
  private final ExecutorService players = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Cell, Future<StatusReport>> ends = new HashMap<>();

  /** A cell of the table. */
  record Cell(String evidence, String environment, TaskState end) {
    /** Also the service that it is about. */
    String id() {
      return environment + "-" + evidence.replace(' ', '-');
    }

    String commit() {
      return Digests.sha256(id()).substring("sha256:".length(), "sha256:".length() + 40);
    }

    String image() {
      return Digests.sha256("image of " + id());
    }

    boolean isImage() {
      return evidence.equals("re-tagged image");
    }

    @Override
    public String toString() {
      return "%s on %s is %s".formatted(evidence, environment, end);
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("gates.yaml"),
        new String(GatesFile.standardText(), StandardCharsets.UTF_8)
            .replace("evidence: 24h", "evidence: 10s"));
    Files.writeString(
        folder.resolve("environments.yaml"),
        """
        version: 1
        environments:
          - {name: local, kind: local, runtime: process}
          - {name: staging, kind: staging, runtime: process}
          - {name: production, kind: production, runtime: process, protected: true}
        """);
    Files.writeString(
        folder.resolve("ops-agent.yaml"),
        """
        environments: {file: environments.yaml}
        policy: {gates: gates.yaml}
        trust: trust.yaml
        """);
    Files.writeString(
        TestKeys.trust(folder),
        """
          - name: mallory
            keys: [{id: "%s", publicKey: "%s"}]
            evidence: [docs.published]
        """
            .formatted(MALLORY.id(), MALLORY.publicKey()),
        StandardOpenOption.APPEND);
    Configuration configuration = TestBroker.configuration("matrix", folder, 3);
    agent =
        OpsAgent.rehearse(
            configuration,
            new Metrics(),
            Map.of(
                "push",
                new GatedOperation("push", world),
                "deploy",
                new GatedOperation("deploy", world)));
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(agent::ready);
    topics = configuration.topics().names();
    client = TestKeys.client(TestBroker.bootstrap(), topics);
    ada = TestKeys.client(TestBroker.bootstrap(), topics, "ada");
    mallory =
        new OpsClient(
            Map.of("bootstrap.servers", TestBroker.bootstrap()),
            topics,
            ClientSettings.of("/mallory").signing(MALLORY));
    cells().forEach(cell -> ends.put(cell, players.submit(() -> play(cell))));
  }

  /** All at once: most of them wait for what never comes. */
  private StatusReport play(Cell cell) throws Exception {
    clear(cell);
    before(cell);
    send(task(cell));
    during(cell);
    return client.await(cell.id(), Duration.ofMinutes(2));
  }

  @AfterAll
  void end() {
    players.shutdownNow();
    List.of(client, ada, mallory).forEach(OpsClient::close);
    agent.close();
  }

  static Stream<Cell> cells() throws IOException {
    List<Cell> cells = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("docs", "gates.md"))) {
      List<String> row = line.startsWith("| ") ? Readme.cells(line) : List.of();
      if (row.size() == 4 && !row.getFirst().equals("evidence")) {
        for (int i = 0; i < ENVIRONMENTS.size(); i++) {
          cells.add(
              new Cell(row.getFirst(), ENVIRONMENTS.get(i), TaskState.valueOf(row.get(i + 1))));
        }
      }
    }
    assertThat(cells).hasSize(15 * ENVIRONMENTS.size());
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aTaskEndsAsTheTableSays(Cell cell) throws Exception {
    StatusReport end = Objects.requireNonNull(ends.get(cell)).get(3, TimeUnit.MINUTES);
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(cell.end());
    assertThat(world.did(cell.id())).isEqualTo(cell.end() == TaskState.SUCCEEDED);
    switch (cell.end()) {
      case EXPIRED ->
          assertThat(end.reason().orElseThrow().detail()).contains("missing: qa.result");
      case FAILED ->
          assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.EVIDENCE_REVOKED);
      default -> {
        boolean asked = !cell.environment().equals("local");
        if (asked) {
          assertThat(end.gates().orElseThrow().evidence())
              .anySatisfy(it -> assertThat(it.found().getFirst().address()).contains("@"));
        }
      }
    }
  }

  /** What production asks for beside QA's word. */
  private void clear(Cell cell) {
    Evidenced subject = subject(cell);
    Instant now = Instant.now();
    Instant until = now.plus(Duration.ofHours(1));
    client
        .evidence(
            new SecurityClearance(
                subject.subject(), "security", 1, Result.PASSED, now, until, Optional.empty()))
        .toCompletableFuture()
        .join();
    client
        .evidence(
            new ReleaseTag(
                subject.ofCommit(), "vcs", 1, Result.PASSED, now, until, Optional.empty(), "v1"))
        .toCompletableFuture()
        .join();
  }

  private void before(Cell cell) throws Exception {
    Evidenced about = subject(cell);
    switch (cell.evidence()) {
      case "absent", "arrives while it waits" -> {}
      case "forged issuer" ->
          mallory
              .evidence(word(about.subject(), 1, Result.PASSED, Duration.ofHours(1)))
              .toCompletableFuture()
              .join();
      case "bad signature" ->
          tampered(word(about.subject(), 1, Result.FAILED, Duration.ofHours(1)));
      case "passed", "withdrawn before the first effect", "withdrawn after the first effect" ->
          say(about.subject(), 1, Result.PASSED);
      case "failed" -> say(about.subject(), 1, Result.FAILED);
      case "withdrawn" -> {
        say(about.subject(), 1, Result.PASSED);
        say(about.subject(), 2, Result.WITHDRAWN);
      }
      case "expired" -> say(about.subject(), 1, Result.PASSED, Duration.ofHours(-1));
      case "other commit" -> say(about.of("d".repeat(40)), 1, Result.PASSED);
      case "re-tagged image" -> say(about.image(Digests.sha256("old")), 1, Result.PASSED);
      case "other environment" -> say(about.in("elsewhere"), 1, Result.PASSED);
      case "duplicate" -> {
        say(about.subject(), 1, Result.PASSED);
        say(about.subject(), 1, Result.PASSED);
      }
      case "out of order" -> {
        say(about.subject(), 2, Result.PASSED);
        say(about.subject(), 1, Result.FAILED);
      }
      default -> throw new IllegalArgumentException(cell.evidence());
    }
  }

  private void during(Cell cell) {
    switch (cell.evidence()) {
      case "arrives while it waits" -> {
        if (!cell.environment().equals("local")) {
          await(cell, TaskState.AWAITING_EVIDENCE);
        }
        say(subject(cell).subject(), 1, Result.PASSED);
        approve(cell);
      }
      case "withdrawn before the first effect" -> {
        approve(cell);
        world.awaitLook(cell.id());
        say(subject(cell).subject(), 2, Result.WITHDRAWN);
        await(cell, TaskState.FAILED);
        world.goOn(cell.id());
      }
      case "withdrawn after the first effect" -> {
        approve(cell);
        world.goOn(cell.id());
        world.awaitAct(cell.id());
        say(subject(cell).subject(), 2, Result.WITHDRAWN);
        awaitReason(cell, ReasonCode.EVIDENCE_REVOKED);
        world.finish(cell.id());
      }
      default -> {
        world.goOn(cell.id());
        world.finish(cell.id());
        if (cell.end() == TaskState.SUCCEEDED) {
          approve(cell);
        }
      }
    }
    world.goOn(cell.id());
    world.finish(cell.id());
  }

  private void approve(Cell cell) {
    if (!cell.environment().equals("production")) {
      return;
    }
    StatusReport waiting = client.awaitEndOrPerson(cell.id(), Duration.ofMinutes(1));
    assertThat(waiting.state()).as("%s", waiting.reason()).isEqualTo(TaskState.AWAITING_APPROVAL);
    ada.control(
            new TaskApprove(
                cell.id(), waiting.target(), "ada", waiting.gates().orElseThrow().plan()))
        .toCompletableFuture()
        .join();
  }

  private void await(Cell cell, TaskState state) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> last(cell).filter(it -> it.state() == state).isPresent());
  }

  private void awaitReason(Cell cell, ReasonCode code) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            last(cell).flatMap(StatusReport::reason).filter(it -> it.code() == code).isPresent());
  }

  private Optional<StatusReport> last(Cell cell) {
    List<StatusReport> seen = new ArrayList<>();
    client.history(Optional.of(cell.id()), seen::add);
    return seen.isEmpty() ? Optional.empty() : Optional.of(seen.getLast());
  }

  private void say(dev.opsagent.protocol.Evidence.Subject about, long sequence, Result result) {
    say(about, sequence, result, Duration.ofHours(1));
  }

  private void say(
      dev.opsagent.protocol.Evidence.Subject about, long sequence, Result result, Duration lasts) {
    client.evidence(word(about, sequence, result, lasts)).toCompletableFuture().join();
  }

  private static QaResult word(
      dev.opsagent.protocol.Evidence.Subject about, long sequence, Result result, Duration lasts) {
    Instant until = Instant.now().plus(lasts);
    return new QaResult(
        about,
        "qa",
        sequence,
        result,
        until.minus(Duration.ofHours(2)),
        until,
        Optional.of("https://qa.example.org/runs/1"));
  }

  /** Signed as a failure, and sent as a success. */
  private void tampered(QaResult failed) throws Exception {
    ProducerRecord<byte[], byte[]> signed =
        EventCodec.sign(
            EventCodec.write(
                topics.context(),
                null,
                failed.subject().commit(),
                failed,
                "/qa",
                failed.subject().commit(),
                Instant.now(),
                Optional.empty()),
            TestKeys.of("qa"));
    String passed = new String(signed.value(), StandardCharsets.UTF_8).replace("FAILED", "PASSED");
    Map<String, String> headers = new HashMap<>();
    signed
        .headers()
        .forEach(it -> headers.put(it.key(), new String(it.value(), StandardCharsets.UTF_8)));
    try (RawProducer raw = new RawProducer(TestBroker.bootstrap())) {
      raw.send(
          topics.context(),
          null,
          failed.subject().commit(),
          passed.getBytes(StandardCharsets.UTF_8),
          headers);
    }
  }

  private void send(TaskDispatch task) {
    client.dispatch(task).toCompletableFuture().join();
  }

  private static TaskDispatch task(Cell cell) {
    String how =
        cell.isImage()
            ? "deploy\nparameters: {image: registry.example.org/shop@%s}".formatted(cell.image())
            : "push\nparameters: {bump: patch}";
    String yaml =
        """
        taskId: %s
        target: {environment: %s, service: %s}
        repository: {url: "%s", commit: %s}
        requestedBy: pm
        operation: %s
        """
            .formatted(cell.id(), cell.environment(), cell.id(), REPOSITORY, cell.commit(), how);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private static Evidenced subject(Cell cell) {
    return new Evidenced(
        cell.commit(), cell.isImage() ? Optional.of(cell.image()) : Optional.empty());
  }

  /** What evidence is about. */
  private record Evidenced(String commit, Optional<String> digest) {
    dev.opsagent.protocol.Evidence.Subject subject() {
      return subject(commit, digest, Optional.empty());
    }

    dev.opsagent.protocol.Evidence.Subject ofCommit() {
      return subject(commit, Optional.empty(), Optional.empty());
    }

    dev.opsagent.protocol.Evidence.Subject of(String other) {
      return subject(other, digest, Optional.empty());
    }

    dev.opsagent.protocol.Evidence.Subject image(String other) {
      return subject(commit, Optional.of(other), Optional.empty());
    }

    dev.opsagent.protocol.Evidence.Subject in(String environment) {
      return subject(commit, digest, Optional.of(environment));
    }

    private static dev.opsagent.protocol.Evidence.Subject subject(
        String commit, Optional<String> digest, Optional<String> environment) {
      return new dev.opsagent.protocol.Evidence.Subject(
          REPOSITORY, commit, digest, Optional.empty(), environment);
    }
  }
}
