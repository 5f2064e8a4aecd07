package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.endtoend.PlayedIngress;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.tools.kubernetes.TestingCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      JsonNode result = measured("--image", image, "--runs", "2");

      assertThat(result.get("services").asInt()).isEqualTo(3);
      assertThat(result.get("ratio").asDouble()).isGreaterThanOrEqualTo(1);
      assertThat(result.get("steps_p50_ms").propertyNames())
          .containsExactlyInAnyOrder("validate", "fetch", "deploy", "verify");
      JsonNode docker = result.get("one_image");
      assertThat(docker.get("rival").asString()).isEqualTo("docker compose up --wait");
      assertThat(docker.get("runs").asInt()).isEqualTo(2);
      assertThat(docker.get("ours_s").asDouble()).isPositive();
      assertThat(docker.get("theirs_s").asDouble()).isPositive();
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

  /** The API is played: what kubectl and the worker ask of it is real, how long it takes is not. */
  @Test
  void anImageIsDeployedToAClusterInTurnsWithKubectl() throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("kubectl", "install kubectl");
    try (TestingCluster cluster = TestingCluster.played(folder);
        PlayedIngress ingress = PlayedIngress.before(cluster)) {
      JsonNode result =
          measured(
              "--image",
              "registry.invalid/web@sha256:" + "1".repeat(64),
              "--kubeconfig",
              cluster.ofAnybody().toString(),
              "--namespace",
              cluster.namespace(),
              "--address",
              ingress.address() + "/{service}/",
              "--runs",
              "1");

      JsonNode one = result.get("one_image");
      assertThat(one.get("rival").asString()).isEqualTo("kubectl apply and rollout status");
      assertThat(one.get("ours_s").asDouble()).isPositive();
      assertThat(one.get("theirs_s").asDouble()).isPositive();
      assertThat(
              cluster
                  .client()
                  .apps()
                  .deployments()
                  .inNamespace(cluster.namespace())
                  .list()
                  .getItems())
          .isEmpty();
    }
  }

  @Test
  void aClusterIsNamedWithWhatIsDeployedThere() {
    TestingCall call = new TestingCall();

    assertThat(call.execute("bench", "deploy", "--kubeconfig", "kubeconfig")).isEqualTo(2);
    assertThat(call.err()).contains("--kubeconfig needs --image and --namespace");
  }

  private JsonNode measured(String... more) throws Exception {
    Path stderr = folder.resolve("stderr");
    List<String> arguments = new ArrayList<>(List.of("bench", "deploy", "--services", "3"));
    arguments.addAll(List.of(more));
    arguments.add("--json");
    try (TestingProgram bench = TestingProgram.start(stderr, arguments.toArray(String[]::new))) {
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
