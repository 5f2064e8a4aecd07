package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.BusyboxImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers use, as the engine counts it. */
class DockerMeterTest {
  private static final String OWNER = "dev.opsagent.test.owner";
  private static final String SERVICE = "dev.opsagent.test.service";

  @TempDir static Path scratch;
  private static TestingEngine engine = new TestingEngine(Path.of("unused"));

  private final String target = "staging/meter" + Long.toHexString(System.nanoTime());

  @BeforeAll
  static void reachDocker() throws IOException {
    engine = new TestingEngine(scratch);
    engine.require();
  }

  @AfterAll
  static void removeImages() {
    engine.removeImages();
  }

  @AfterEach
  void removeContainers() {
    engine
        .docker("ps", "--all", "--quiet", "--filter", "label=" + OWNER + "=" + target)
        .forEach(id -> engine.docker("rm", "--force", id));
  }

  private void run(String command, String... options) {
    String[] arguments = {"run", "--detach", "--label", OWNER + "=" + target};
    String[] rest = {BusyboxImage.NAME, "/bin/busybox", command, "600"};
    engine.docker(
        Stream.of(arguments, options, rest).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void theEngineOfTheTargetIsAskedForWhatRunsOfIt() {
    String nowhere = "unix://" + scratch.resolve("no.sock");
    URI here =
        URI.create(System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock"));
    Environments declared =
        new Environments(
            List.of(
                TestingEngine.declared("staging", here, "stg"),
                TestingEngine.declared("gone", URI.create(nowhere), "gone")));
    var meter =
        new DockerMeter(new ContainerEngines(Map.of("DOCKER_HOST", nowhere), () -> declared));
    run("sleep", "--label", SERVICE + "=web", "--memory", "32m");
    run("sleep", "--label", SERVICE + "=" + "w".repeat(101));
    run("sleep");
    run("false", "--label", SERVICE + "=ended");

    assertThat(ok(meter.read(target, OWNER, SERVICE)))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.service()).contains("web");
          assertThat(it.allotment().memory()).contains(32L << 20);
          assertThat(it.allotment().cpus()).isEmpty();
          assertThat(it.usage().cpu()).isPositive();
          assertThat(it.usage().memory()).isBetween(1L << 12, 32L << 20);
        });
    assertThat(ok(meter.read("staging/other", OWNER, SERVICE))).isEmpty();
    assertThat(no(meter.read("gone/web", OWNER, SERVICE)).code()).isEqualTo(ReasonCode.TOOL_FAILED);
  }

  @Test
  void whatIsGoneOrNotToldOfInTimeIsLeftOut() throws IOException {
    try (PlayedEngine played = PlayedEngine.with(List.of("well", "gone", "silent", "ended"))) {
      List<Reading> readings = ok(meter(played).read(target, OWNER, SERVICE));

      assertThat(readings)
          .singleElement()
          .satisfies(it -> {
            assertThat(it.service()).isEqualTo(Optional.of("well"));
            assertThat(it.usage().cpu()).isEqualTo(Duration.ofSeconds(3));
            assertThat(it.usage().memory()).isEqualTo(900);
          });
    }
  }

  @Test
  void moreContainersThanCanBeReadInTimeAreNotRead() throws IOException {
    try (PlayedEngine played = PlayedEngine.with(Collections.nCopies(50, "well"))) {
      assertThat(ok(meter(played).read(target, OWNER, SERVICE))).hasSize(50);
    }
    try (PlayedEngine played = PlayedEngine.with(Collections.nCopies(51, "well"))) {
      assertThat(ok(meter(played).read(target, OWNER, SERVICE))).isEmpty();
    }
  }

  private static DockerMeter meter(PlayedEngine played) {
    return new DockerMeter(
        ContainerEngines.only(Map.of("DOCKER_HOST", played.address())), Duration.ofSeconds(2));
  }
}
