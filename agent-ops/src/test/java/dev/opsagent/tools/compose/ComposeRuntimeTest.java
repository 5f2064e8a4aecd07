package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeRuntimeTest {
  private static final String FIX =
      "run .ci/install-packages, .ci/install-compose, .ci/start-docker";
  private static final String BUILT =
      """
      services:
        web:
          build: .
          ports: ["127.0.0.1:${PORT}:8080"]
          stop_signal: SIGKILL
          healthcheck:
            test: ["CMD", "/bin/busybox", "wget", "-qO", "/dev/null", "http://127.0.0.1:8080/"]
            interval: 300ms
            timeout: 2s
            retries: 3
      """;
  private static final String IMAGED =
      BUILT.replace(
          "build: .",
          """
          image: %s
              command: [/bin/busybox, httpd, -f, -p, "8080", -h, /www]
              volumes: [./www:/www:ro]\
          """
              .formatted(BusyboxImage.NAME));
  private static final String DOCKERFILE =
      """
      FROM %s
      COPY www /www
      CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
      """
          .formatted(BusyboxImage.NAME);

  @TempDir static Path scratch;

  private static Programs programs =
      new LocalPrograms(Path.of("unused"), "", Redactor.of(Map.of()), "none");

  @TempDir Path data;
  private final String target = "local/web" + Long.toHexString(System.nanoTime());
  private int port;

  @BeforeAll
  static void reachDocker() throws IOException {
    programs =
        new LocalPrograms(scratch.resolve("run"), env("PATH"), Redactor.of(Map.of()), "auto");
    var runtime = TestingCompose.runtime(programs, scratch);
    Peers.require("Docker", () -> runtime.available() instanceof Answer.Ok<?>, FIX);
    BusyboxImage.make(TestingPrograms.ofTheMachine(), scratch, docker());
  }

  @AfterAll
  static void removeImage() {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, docker());
  }

  @BeforeEach
  void findPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  @AfterEach
  void removeEverything() {
    for (String id : docker("ps", "-aq", "--filter", "label=dev.opsagent.target=" + target)) {
      docker("rm", "--force", "--volumes", id);
    }
    for (String id : docker("network", "ls", "-q", "--filter", "name=" + project())) {
      docker("network", "rm", id);
    }
    for (String image : docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")) {
      if (image.contains(project())) {
        docker("image", "rm", "--force", image);
      }
    }
  }

  @Test
  void aReleaseGoesUpIsReplacedRolledBackAndTakenDown() throws Exception {
    Running first = ok(runtime().deploy(target, release("1.0.0", BUILT)));
    assertThat(get(first)).isEqualTo("version 1.0.0");
    assertThat(first.previous()).isEmpty();
    assertThat(ok(runtime().running(target))).contains(first);
    assertThat(ok(runtime().deploy(target, release("1.0.0", BUILT)))).isEqualTo(first);

    Running second = ok(runtime().deploy(target, release("2.0.0", BUILT)));
    assertThat(get(second)).isEqualTo("version 2.0.0");
    assertThat(second.previous()).contains("1.0.0");
    assertThat(docker("image", "ls", "ops-agent/" + project() + "/*", "-q")).hasSize(2);

    Running back = ok(runtime().rollback(target, second.digest())).orElseThrow();
    assertThat(get(back)).isEqualTo("version 1.0.0");
    assertThat(back.taskId()).isEqualTo(first.taskId());
    assertThat(ok(runtime().rollback(target, second.digest()))).contains(back);

    assertThat(ok(runtime().rollback(target, back.digest()))).isEmpty();
    assertThat(ok(runtime().running(target))).isEmpty();
    assertThat(docker("ps", "-aq", "--filter", "label=dev.opsagent.target=" + target)).isEmpty();
    assertThat(docker("image", "ls", "-q", "ops-agent/" + project() + "/*")).isEmpty();
  }

  @Test
  void aReleaseThatNeverGetsHealthyIsAFailureAndCanBeTakenBack() throws Exception {
    ok(runtime().deploy(target, release("1.0.0", IMAGED)));
    String broken = IMAGED.replace("127.0.0.1:8080/", "127.0.0.1:8081/");
    Release release = release("2.0.0", broken);

    Failure failure = failure(runtime().deploy(target, release));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(failure.cause()).contains("unhealthy");
    Running back = ok(runtime().rollback(target, release.digest())).orElseThrow();
    assertThat(get(back)).isEqualTo("version 1.0.0");
  }

  @Test
  void aDeploymentThatACrashCutOffIsCarriedOn() throws Exception {
    Running first = ok(runtime().deploy(target, release("1.0.0", IMAGED)));
    ComposeFolder folder =
        new ComposeFolder(data.toAbsolutePath().normalize().resolve("compose"), target);
    Kept.State state = folder.read().orElseThrow();
    folder.write(
        new Kept.State(
            state.current(), false, Optional.empty(), state.history(), Optional.empty()));

    assertThat(ok(runtime().running(target))).contains(first);
    assertThat(ok(runtime().deploy(target, release("1.0.0", IMAGED)))).isEqualTo(first);
    assertThat(folder.read().orElseThrow().isUp()).isTrue();
  }

  @Test
  void aContainerThatDiedIsNotMistakenForARunningRelease() throws Exception {
    Running first = ok(runtime().deploy(target, release("1.0.0", IMAGED)));
    docker("pause", first.identity());
    assertThat(ok(runtime().drift(target)))
        .extracting(it -> it.by().orElse(""))
        .allMatch(it -> it.matches("paused through the engine at [0-9T:-]+Z"))
        .hasSize(1);
    docker("unpause", first.identity());
    docker("kill", first.identity());

    assertThat(ok(runtime().running(target))).isEmpty();
    assertThat(ok(runtime().drift(target)))
        .extracting(it -> it.by().orElse(""))
        .allMatch(it -> it.matches("sent signal 9 through the engine; ended at .*Z, exit .*"))
        .hasSize(1);

    assertThat(get(ok(runtime().deploy(target, release("1.0.0", IMAGED)))))
        .isEqualTo("version 1.0.0");
  }

  @Test
  void anImageThatIsNotThereIsReportedBeforeAnythingChanges() throws Exception {
    String missing = "services: {web: {image: no-such-image:1}}";

    Failure failure = failure(runtime().deploy(target, release("1.0.0", missing)));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("no-such-image:1");
    assertThat(ok(runtime().running(target))).isEmpty();
  }

  @Test
  void dataThatAReleaseWouldLoseIsNamedAndNothingIsChanged() throws Exception {
    String kept =
        IMAGED.replace("[./www:/www:ro]", "[./www:/www:ro, 'data:/data']")
            + "volumes: {data: {}}\n";
    Release first = release("1.0.0", kept);
    assertThat(ok(runtime().losses(target, first))).isEmpty();
    Running running = ok(runtime().deploy(target, first));
    try {
      assertThat(ok(runtime().losses(target, release("2.0.0", kept)))).isEmpty();

      List<String> losses = ok(runtime().losses(target, release("3.0.0", IMAGED)));

      assertThat(losses)
          .containsExactly(
              "volume %s_data of service web is not in the release".formatted(project()));
      assertThat(ok(runtime().running(target))).contains(running);
    } finally {
      ok(runtime().rollback(target, running.digest()));
      docker("volume", "rm", project() + "_data");
    }
  }

  @Test
  void aMigrationIsNamedByEveryReleaseThatRunsItAndIsThereOnlyOnce() throws Exception {
    String migrating =
        IMAGED
            + """
              migrate:
                image: %s
                command: [/bin/busybox, 'true']
                labels: {dev.opsagent.migration: "true"}
              ready:
                image: %s
                command: [/bin/busybox, sleep, '600']
                stop_signal: SIGKILL
                depends_on: {migrate: {condition: service_completed_successfully}}
            """
                .formatted(BusyboxImage.NAME, BusyboxImage.NAME);
    Release first = release("1.0.0", migrating);
    List<String> named =
        List.of("service migrate changes data, as its label dev.opsagent.migration says");
    assertThat(ok(runtime().losses(target, first))).isEqualTo(named);
    ok(runtime().deploy(target, first));
    assertThat(ok(runtime().losses(target, release("2.0.0", migrating)))).isEqualTo(named);
    assertThat(ok(runtime().losses(target, release("3.0.0", IMAGED)))).isEmpty();

    Failure failure = failure(runtime().scale(target, "migrate", 2));

    assertThat(failure.cause()).contains("services.migrate.labels marks a migration");
  }

  @Test
  void aComposeFileThatAsksForTheHostIsRefused() throws Exception {
    String mount = "services: {web: {image: x, volumes: ['/var/run/docker.sock:/s']}}";

    Failure failure = failure(runtime().deploy(target, release("1.0.0", mount)));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("service web mounts the host");
  }

  @Test
  void aProjectOfSomebodyElseIsNotTakenOver() throws Exception {
    ok(runtime().deploy(target, release("1.0.0", IMAGED)));
    Release intruder = release("2.0.0", IMAGED);

    Failure failure = failure(runtime().deploy("staging/other", intruder));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains(project());
  }

  @Test
  void anEngineThatDoesNotAnswerIsAMissingTool() {
    Map<String, String> nowhere = Map.of("DOCKER_HOST", "unix://" + data.resolve("no.sock"));
    var runtime = TestingCompose.runtime(programs, data, nowhere);

    Failure failure = failure(runtime.running(target));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_MISSING);
    assertThat(failure.fix()).contains("start the Docker engine");
    assertThat(runtime.available()).isInstanceOf(Answer.No.class);
    assertThat(runtime.log(target)).isEmpty();
  }

  private ComposeRuntime runtime() {
    return TestingCompose.runtime(programs, data);
  }

  private Release release(String version, String file) throws IOException {
    Path source = Files.createDirectories(data.resolve("source-" + version));
    Files.writeString(source.resolve("compose.yaml"), file);
    Files.writeString(source.resolve("Dockerfile"), DOCKERFILE);
    Files.createDirectories(source.resolve("www"));
    Files.writeString(source.resolve("www/index.html"), "version " + version);
    return new Release(
        version,
        Digests.sha256(version + file),
        "task-" + version,
        source,
        Optional.empty(),
        List.of(),
        Optional.of(port),
        Optional.of("compose.yaml"),
        Optional.of(project()),
        Map.of(),
        Duration.ofSeconds(40));
  }

  private String project() {
    return target.replace('/', '-');
  }

  private static String get(Running running) throws IOException {
    try (var body = URI.create(running.address().orElseThrow()).toURL().openStream()) {
      return new String(body.readNBytes(1000), StandardCharsets.UTF_8);
    }
  }

  private static List<String> docker(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "docker";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return BusyboxImage.run(TestingPrograms.ofTheMachine(), scratch, docker(), command)
        .lines()
        .toList();
  }

  private static Map<String, String> docker() {
    Map<String, String> settings = new HashMap<>(System.getenv());
    settings.keySet().removeIf(name -> !name.startsWith("DOCKER_"));
    return settings;
  }

  private static String env(String name) {
    return Optional.ofNullable(System.getenv(name)).orElse("");
  }

  private static <T> T ok(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T> ok -> ok.value();
      case Answer.No<T> no -> throw new AssertionError(no.failure().sentence());
    };
  }

  private static <T> Failure failure(Answer<T> answer) {
    return switch (answer) {
      case Answer.Ok<T> ok -> throw new AssertionError("unexpected " + ok);
      case Answer.No<T> no -> no.failure();
    };
  }
}
