package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.StackImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DrillStackTest {
  @TempDir Path folder;

  @Test
  @Tag("image")
  void nothingIsLostOrRepeatedWhenAWorkerIsKilledAndAllAreReplaced() throws Exception {
    StackImages.require(folder);
    Path stderr = folder.resolve("stderr");
    try (TestingProgram drill =
        TestingProgram.start(
            stderr,
            "drill",
            "stack",
            "--file",
            StackImages.ROOT.resolve("docker-compose.yml").toString(),
            "--tasks",
            "24",
            "--json")) {
      assertThat(drill.exitCode(900)).describedAs(() -> read(stderr)).isZero();
      String last = drill.rest().lines().reduce("", (_, line) -> line);
      System.out.println(last);
      JsonNode result = Json.readTree(last.getBytes(StandardCharsets.UTF_8));
      assertThat(result.path("sent").asInt()).isEqualTo(25);
      assertThat(result.path("succeeded").asInt()).isEqualTo(25);
      assertThat(result.path("lost").asInt()).isZero();
      assertThat(result.path("repeated").asInt()).isZero();
      assertThat(result.path("reordered").asInt()).isZero();
      assertThat(result.path("workers").asInt()).isEqualTo(3);
      assertThat(result.path("takeover_s").asDouble()).isPositive();
      String name = "ops-agent-drill-" + drill.pid();
      assertThat(
              StackImages.project(name, folder)
                  .docker("ps", "--all", "--quiet", "--filter", "name=" + name))
          .isEmpty();
    }
  }

  @Test
  void aStackThatIsNotThereIsRefused() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("drill", "stack", "--file", "nowhere.yml")).isEqualTo(2);
    assertThat(call.err()).contains("nowhere.yml is not there");
  }

  @Test
  void aDrillOfOneTaskIsRefused() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("drill", "stack", "--tasks", "1")).isEqualTo(2);
    assertThat(call.err()).contains("--tasks is not between 2 and 600");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }
}
