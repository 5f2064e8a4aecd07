package dev.opsagent.tools.compose;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.DockerLines;
import dev.opsagent.testing.DyingPrograms;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.RuntimeContract;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.tools.docker.TargetContainers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One service of a project has more or fewer containers, on the real engine. */
class ComposeScaleTest {
  @TempDir static Path scratch;

  private static Programs programs = TestingPrograms.ofTheMachine();

  @TempDir Path data;
  private final String target = "local/scale" + Long.toHexString(System.nanoTime());

  @BeforeAll
  static void reachDocker() throws IOException {
    programs =
        new LocalPrograms(
            scratch.resolve("run"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
    Peers.require(
        "Docker",
        () -> runtime(programs, scratch).available() instanceof Answer.Ok<?>,
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    BusyboxImage.make(TestingPrograms.ofTheMachine(), scratch, DockerLines.settings());
  }

  @AfterAll
  static void removeImage() {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, DockerLines.settings());
  }

  @AfterEach
  void removeEverything() {
    ok(new TargetContainers(System.getenv()).remove(target));
    docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stream()
        .filter(image -> image.startsWith("ops-agent/" + project()))
        .forEach(image -> docker("image", "rm", image));
  }

  @Test
  void aServiceHasMoreContainersAndFewerWhileTheOthersGoOn() throws IOException {
    Running first = ok(runtime().deploy(target, release("1.0.0")));
    assertThat(first.services()).isEqualTo(counts(1));
    List<String> before = ids(first);

    Running more = ok(runtime().scale(target, "worker", 3));

    assertThat(more.services()).isEqualTo(counts(3));
    assertThat(more.isWhole()).isTrue();
    assertThat(ids(more)).hasSize(6).containsAll(before);
    assertThat(ok(runtime().drift(target))).isEmpty();
    assertThat(ok(runtime().scale(target, "worker", 3))).isEqualTo(more);
    docker("kill", ids(more).stream().filter(it -> !before.contains(it)).findFirst().orElseThrow());
    Running less = ok(runtime().running(target)).orElseThrow();
    assertThat(less.services()).containsEntry("worker", new Replicas(2, 3));
    assertThat(less.isWhole()).isFalse();
    assertThat(ok(runtime().drift(target))).hasSize(1);
    assertThat(ok(runtime().restart(target, "task-again")).services()).isEqualTo(counts(3));
    assertThat(ok(runtime().scale(target, "worker", 1)).services()).isEqualTo(counts(1));
    assertThat(ok(runtime().scale(target, "pair", 1)).services())
        .containsEntry("pair", new Replicas(1, 1));
  }

  @Test
  void whatEachContainerUsesIsReadWithItsServiceAndWhatItMayUse() throws IOException {
    assertThat(ok(runtime().readings(target))).isEmpty();
    ok(runtime().deploy(target, release("1.0.0")));

    List<Reading> readings = ok(runtime().readings(target));

    assertThat(readings)
        .extracting(it -> it.service().orElse(""))
        .containsExactlyInAnyOrder("named", "pair", "pair", "worker");
    assertThat(readings).extracting(Reading::container).doesNotHaveDuplicates();
    assertThat(readings)
        .allSatisfy(it -> {
          assertThat(it.usage().cpu()).isPositive();
          assertThat(it.usage().memory()).isBetween(1L << 12, 64L << 20);
          boolean limited = it.service().equals(Optional.of("pair"));
          assertThat(it.allotment())
              .isEqualTo(
                  new Allotment(
                      Optional.of(0.5).filter(_ -> limited),
                      Optional.of(48L << 20).filter(_ -> limited)));
        });
    ok(runtime().restart(target, "task-again"));
    assertThat(ok(runtime().readings(target)))
        .hasSize(4)
        .extracting(Reading::container)
        .as("another one after each start")
        .doesNotContainAnyElementsOf(readings.stream().map(Reading::container).toList());
    ok(runtime().stop(target));
    assertThat(ok(runtime().readings(target))).isEmpty();
  }

  @Test
  void theFileOfANewReleaseSaysHowManyThereAreAndGoingBackBringsTheNumberOfBefore()
      throws IOException {
    ok(runtime().deploy(target, release("1.0.0")));
    ok(runtime().scale(target, "worker", 2));

    Running second = ok(runtime().deploy(target, release("2.0.0")));

    assertThat(second.services()).isEqualTo(counts(1));
    assertThat(ok(runtime().rollback(target, second.digest())).orElseThrow().services())
        .isEqualTo(counts(2));
  }

  @Test
  void whatCanBeThereOnlyOnceIsRefusedBeforeAnythingIsDone() throws IOException {
    assertThat(no(runtime().scale(target, "named", 2)).cause()).contains("nothing runs");
    Running running = ok(runtime().deploy(target, release("1.0.0")));

    Failure failure = no(runtime().scale(target, "named", 2));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("services.named.container_name");
    assertThat(no(runtime().scale(target, "other", 2)).cause()).contains("no service other");
    assertThat(ok(runtime().running(target))).contains(running);
  }

  @Test
  void aScalingThatACrashCutOffIsFoundAndCarriedOnOrTakenBack() throws IOException {
    ok(runtime().deploy(target, release("1.0.0")));
    for (int made = 0; made <= 1; made++) {
      var dying =
          runtime(new DyingPrograms(programs, ComposeScaleTest::makesContainers, made), data);

      assertThatThrownBy(() -> dying.scale(target, "worker", 3))
          .isInstanceOf(RuntimeContract.Gone.class);

      Running left = ok(runtime().running(target)).orElseThrow();
      assertThat(left.isWhole()).isEqualTo(made == 1);
      assertThat(ok(runtime().scale(target, "worker", 3)).services()).isEqualTo(counts(3));
      assertThat(ok(runtime().scale(target, "worker", 1)).services()).isEqualTo(counts(1));
    }
  }

  private static boolean makesContainers(Command command) {
    return command.arguments().contains("up");
  }

  private static Map<String, Replicas> counts(int workers) {
    return Map.of(
        "worker", new Replicas(workers, workers),
        "named", new Replicas(1, 1),
        "pair", new Replicas(2, 2));
  }

  private static List<String> ids(Running running) {
    return List.of(running.identity().split(","));
  }

  private ComposeRuntime runtime() {
    return runtime(programs, data);
  }

  private static ComposeRuntime runtime(Programs started, Path data) {
    return TestingCompose.runtime(started, data);
  }

  private Release release(String version) throws IOException {
    Path source = Files.createDirectories(data.resolve("source-" + version));
    Files.writeString(
        source.resolve("compose.yaml"),
        """
        services:
          worker: &service
            image: %s
            command: [/bin/busybox, sleep, "1000"]
            stop_signal: SIGKILL
          named: {<<: *service, container_name: "%s"}
          pair: {<<: *service, deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 48M}}}}
        """
            .formatted(BusyboxImage.NAME, project() + "-only"));
    return new Release(
        version,
        Digests.sha256(version),
        "task-" + version,
        source,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(project()),
        Map.of(),
        Duration.ofSeconds(40));
  }

  private String project() {
    return target.replace('/', '-');
  }

  private static List<String> docker(String... arguments) {
    return DockerLines.of(scratch, arguments);
  }
}
