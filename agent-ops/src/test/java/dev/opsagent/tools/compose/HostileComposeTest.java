package dev.opsagent.tools.compose;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.tools.docker.TargetContainers;
import java.io.IOException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compose files of a repository that reach for what is not theirs, read by the real Compose. */
final class HostileComposeTest {
  private static final String SECRET = "hunter2";

  @TempDir static Path scratch;
  @TempDir Path data;
  private final String target = "local/hostile" + Long.toHexString(System.nanoTime());

  @BeforeAll
  static void reachDocker() throws IOException {
    var runtime = TestingCompose.runtime(programs(), scratch);
    Peers.require(
        "Docker Compose",
        () -> runtime.available() instanceof Answer.Ok<?>,
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), scratch, docker());
  }

  private static LocalPrograms programs() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return new LocalPrograms(scratch.resolve("run"), path, Redactor.of(Map.of()), "auto");
  }

  private static Map<String, String> docker() {
    Map<String, String> settings = new HashMap<>(System.getenv());
    settings.keySet().removeIf(name -> !name.startsWith("DOCKER_"));
    return settings;
  }

  @AfterAll
  static void removeImage() {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, docker());
  }

  @AfterEach
  void removeContainers() {
    assertThat(new TargetContainers(System.getenv()).remove(target)).isInstanceOf(Answer.Ok.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env_file: OUT/x.env",
        "extends: {file: OUT/x.yaml, service: x}",
        "extends: {file: inner.yaml, service: x}",
        "build: {context: ., dockerfile: OUT/x.env}",
        "volumes: ['OUT:/host']",
      })
  void whatReachesOutOfTheReleaseIsRefusedAndNothingOfItIsTold(String part) throws Exception {
    Path outside = outside();
    Files.writeString(
        source().resolve("inner.yaml"), "services: {x: {env_file: " + outside + "/x.env}}");

    assertThat(refusal(web(part.replace("OUT", outside.toString()))).sentence())
        .doesNotContain(SECRET);
  }

  @Test
  void aFileThatIncludesAnotherFromOutsideIsRefused() throws Exception {
    Failure failure = refusal("include: ['" + outside() + "/x.yaml']\n" + web("init: true"));
    assertThat(failure.sentence()).doesNotContain(SECRET);
  }

  @Test
  void aLinkThatClimbsOutByWayOfAnotherOneIsMountedByNobody() throws Exception {
    Path deep = Files.createDirectories(source().resolve("a/b/c/d/e/f/g/h/i/j"));
    Files.createSymbolicLink(deep.resolve("root"), Path.of("../../../../../../../../../.."));
    Files.createSymbolicLink(deep.resolve("out"), Path.of("root/../../../../../../../etc"));

    assertThat(refusal(web("volumes: ['./a/b/c/d/e/f/g/h/i/j/out:/host']")).cause())
        .contains("is a link that leads out of it");
  }

  @Test
  void aFileThatGrowsWhenItIsReadIsRefused() throws Exception {
    StringBuilder bomb = new StringBuilder("x-0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    for (int i = 1; i < 9; i++) {
      String before = "*x" + (i - 1);
      bomb.append("x-%d: &x%d [%s]\n".formatted(i, i, (before + ", ").repeat(9) + before));
    }
    assertThat(refusal(bomb + web("init: true")).sentence()).isNotEmpty();

    assertThat(refusal(web("environment: {TEXT: " + "x".repeat(2_000_000) + "}")).sentence())
        .hasSizeLessThan(2_000);
  }

  private Path outside() throws IOException {
    Path outside = Files.createDirectories(data.resolve("outside")).toRealPath();
    Files.writeString(outside.resolve("x.env"), "TOKEN=" + SECRET);
    Files.writeString(
        outside.resolve("x.yaml"), "services: {x: {environment: {TOKEN: " + SECRET + "}}}");
    return outside;
  }

  private Path source() throws IOException {
    return Files.createDirectories(data.resolve("source"));
  }

  private static String web(String part) {
    return """
    services:
      web:
        image: %s
        command: [/bin/busybox, sleep, "600"]
        %s
    """
        .formatted(BusyboxImage.NAME, part);
  }

  /** Why it is not deployed; nothing runs then. */
  private Failure refusal(String file) throws IOException {
    Files.writeString(source().resolve("compose.yaml"), file);
    var runtime = TestingCompose.runtime(programs(), data);
    Failure failure = no(runtime.deploy(target, release(source(), file)));
    assertThat(ok(runtime.running(target))).isEmpty();
    return failure;
  }

  private static Release release(Path source, String digest) {
    return new Release(
        "1",
        Digests.sha256(digest),
        "task-1",
        source,
        Optional.empty(),
        List.of(),
        Optional.of(FreePort.any()),
        Optional.of("compose.yaml"),
        Optional.empty(),
        Map.of(),
        Duration.ofSeconds(20));
  }
}
