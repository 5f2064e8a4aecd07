package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class BenchDeployTest {
  @TempDir Path folder;

  @Test
  void servicesAreDeployedAtOnceAndAnImageInTurnsWithCompose() throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("docker", "run .ci/install-packages, .ci/start-docker");
    String image = "ops-agent-test/bench-" + ProcessHandle.current().pid() + ":1";
    TestingPrograms programs = TestingPrograms.ofTheMachine();
    BusyboxImage.make(programs, folder, Map.of());
    try {
      make(programs, image);
      JsonNode result = measured(image);

      assertThat(result.get("services").asInt()).isEqualTo(3);
      assertThat(result.get("ratio").asDouble()).isGreaterThanOrEqualTo(1);
      assertThat(result.get("steps_p50_ms").propertyNames())
          .containsExactlyInAnyOrder("validate", "fetch", "deploy", "verify");
      JsonNode docker = result.get("docker");
      assertThat(docker.get("runs").asInt()).isEqualTo(2);
      assertThat(docker.get("ours_s").asDouble()).isPositive();
      assertThat(docker.get("compose_s").asDouble()).isPositive();
      assertThat(docker.get("steps_ms").propertyNames()).contains("deploy", "verify");
    } finally {
      BusyboxImage.run(programs, folder, Map.of(), "docker", "image", "rm", "--force", image);
      BusyboxImage.remove(programs, folder, Map.of());
    }
  }

  private void make(TestingPrograms programs, String image) throws Exception {
    Path context = Files.createDirectories(folder.resolve("context"));
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM %s
        STOPSIGNAL SIGKILL
        CMD ["/bin/busybox", "sh", "-c", "exec /bin/busybox httpd -f -p ${PORT}"]
        """
            .formatted(BusyboxImage.NAME));
    BusyboxImage.build(programs, folder, image, context);
  }

  private JsonNode measured(String image) throws Exception {
    Path stderr = folder.resolve("stderr");
    try (TestingProgram bench =
        TestingProgram.start(
            stderr,
            "bench",
            "deploy",
            "--services",
            "3",
            "--image",
            image,
            "--runs",
            "2",
            "--json")) {
      assertThat(bench.exitCode(300)).as(Files.readString(stderr)).isZero();
      String last = bench.rest().lines().reduce("", (_, line) -> line);
      return Json.readTree(last.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void noServiceAtAllIsRefused() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("bench", "deploy", "--services", "0")).isEqualTo(2);
    assertThat(call.err()).contains("--services is out of range");
  }
}
