package dev.opsagent.cli;

import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DrillRollbackTest {
  @TempDir Path folder;
  private String service = "";

  @Test
  void everyKindOfBadReleaseIsTakenBackAndNothingIsLeftOver() throws Exception {
    JsonNode result = drilled("process", "recreate");

    assertThat(result.propertyNames())
        .containsExactly(
            "recovered", "of", "p50_s", "p99_s", "max_s", "failed_requests", "orphans");
    // The release before is stopped first: nobody can serve what is never ready.
    assertThat(result.get("failed_requests").asLong()).isPositive();
    assertThat(result.get("max_s").asDouble())
        .isPositive()
        .isGreaterThanOrEqualTo(result.get("p50_s").asDouble());
  }

  @Test
  void blueGreenCallersGetEveryAnswerWhateverIsReleased() throws Exception {
    JsonNode result = drilled("process", "blue-green");

    assertThat(result.get("failed_requests").asLong()).isZero();
    assertThat(result.get("max_s").asDouble()).isZero();
  }

  @Test
  void callersOfContainersGetEveryAnswerAndTheEngineIsLeftAsItWas() throws Exception {
    assertCallersGetEveryAnswer("docker");
  }

  @Test
  @Tag("slow")
  void callersOfComposeProjectsGetEveryAnswerAndTheEngineIsLeftAsItWas() throws Exception {
    assertCallersGetEveryAnswer("compose");
  }

  private void assertCallersGetEveryAnswer(String runtime) throws Exception {
    Peers.require("busybox", "install busybox-static");
    Peers.require(
        "Docker",
        () -> docker("info").exitCode() == 0,
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");

    JsonNode result = drilled(runtime, "blue-green");

    assertThat(result.get("failed_requests").asLong()).isZero();
    String mark = "label=dev.opsagent.drill=" + service;
    assertThat(docker("image", "ls", "--all", "--quiet", "--filter", mark).stdout()).isBlank();
    assertThat(docker("ps", "--all", "--format", "{{.Label \"dev.opsagent.target\"}}").stdout())
        .doesNotContain("local/" + service);
    assertThat(docker("network", "ls", "--format", "{{.Name}}").stdout()).doesNotContain(service);
  }

  private Finished docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return ok(
        TestingPrograms.ofTheMachine()
            .run(new Command(command, folder, Map.of(), Duration.ofSeconds(60))));
  }

  private JsonNode drilled(String runtime, String strategy) throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("npm", "install Node.js 20");
    Path stderr = folder.resolve("stderr");
    try (TestingProgram drill =
        TestingProgram.start(
            stderr,
            "drill",
            "rollback",
            "--runtime",
            runtime,
            "--failures",
            "5",
            "--strategy",
            strategy,
            "--json")) {
      service = "drill-" + drill.pid();
      assertThat(drill.exitCode(300)).describedAs(() -> read(stderr)).isZero();
      String last = drill.rest().lines().reduce("", (_, line) -> line);
      JsonNode result = Json.readTree(last.getBytes(StandardCharsets.UTF_8));
      assertThat(result.get("recovered").asInt()).as(read(stderr)).isEqualTo(5);
      assertThat(result.get("of").asInt()).isEqualTo(5);
      assertThat(result.get("orphans").asInt()).isZero();
      assertThat(read(stderr))
          .contains("cannot-start", "crashes", "never-ready", "ends-after-a-while", "leaks-into");
      return result;
    }
  }

  @Test
  void aDrillWithoutFailuresIsRefused() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("drill", "rollback", "--failures", "0")).isEqualTo(2);
    assertThat(call.err()).contains("--failures is not between 1 and 1000");
  }

  @Test
  void aDrillOnAClusterIsRefused() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("drill", "rollback", "--runtime", "kubernetes")).isEqualTo(2);
    assertThat(call.err()).contains("give one of process, docker, compose");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
