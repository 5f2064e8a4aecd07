package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DrillRollbackTest {
  @TempDir Path folder;

  @Test
  void everyKindOfBadReleaseIsTakenBackAndNothingIsLeftOver() throws Exception {
    JsonNode result = drilled("recreate");

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
    JsonNode result = drilled("blue-green");

    assertThat(result.get("failed_requests").asLong()).isZero();
    assertThat(result.get("max_s").asDouble()).isZero();
  }

  private JsonNode drilled(String strategy) throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("npm", "install Node.js 20");
    Path stderr = folder.resolve("stderr");
    try (TestingProgram drill =
        TestingProgram.start(
            stderr, "drill", "rollback", "--failures", "5", "--strategy", strategy, "--json")) {
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

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
