package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The whole way through the command line, on a real broker and a real repository. */
class UpTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Pattern READY =
      Pattern.compile("ready: bootstrap=(\\S+:\\d+) http=(\\S+:\\d+) in \\d+ ms");

  @TempDir Path folder;

  @Test
  void taskIsPlannedDispatchedWatchedAndReplayedAndTheDataSurvivesARestart() throws Exception {
    Peers.require("npm", "install Node.js 20");
    SampleRepository repository = SampleRepository.create(folder.resolve("git"));
    String before = repository.refs().get("refs/heads/main");
    String bootstrap;
    try (TestingProgram up = up()) {
      Matcher ready = READY.matcher(up.line(90));
      assertThat(ready.matches()).isTrue();
      bootstrap = ready.group(1);
      Awaitility.await() // a machine under load may lose the lease, and gets it again
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(get(ready.group(2), "/readyz")).contains("\"ready\":true"));

      JsonNode plan = json(call(bootstrap, repository, 0, "plan", "-", "--json"));
      assertThat(repository.refs()).containsEntry("refs/heads/main", before).hasSize(2);

      JsonNode end = json(call(bootstrap, repository, 0, "dispatch", "-", "--wait", "--json"));
      assertThat(end.get("state").asString()).isEqualTo("SUCCEEDED");
      assertThat(repository.refs().get("refs/tags/v1.0.1"))
          .isEqualTo(repository.refs().get("refs/heads/main"))
          .isNotEqualTo(before);

      JsonNode reports = json(call(bootstrap, repository, 0, "watch", "--task", "t-1", "--json"));
      assertThat(digest(reports)).isEqualTo(plan.get("plan").get("digest").asString());
      assertThat(get(ready.group(2), "/metrics"))
          .contains("ops_agent_tasks_total{end=\"succeeded\",operation=\"push\",reason=\"none\"}");
      assertThat(up.interrupt(60)).isZero();
    }
    try (TestingProgram again = up()) {
      Matcher ready = READY.matcher(again.line(90));
      assertThat(ready.matches()).isTrue();
      assertThat(ready.group(1)).isEqualTo(bootstrap);

      TestingCall replay = call(bootstrap, repository, 0, "replay", "--task", "t-1");
      assertThat(replay.out()).contains("accepted", "push main and v1.0.1", "SUCCEEDED");
      assertThat(replay.err()).contains("hash chain intact");
      TestingCall known = call(bootstrap, repository, 0, "dispatch", "-", "--wait", "--json");
      assertThat(json(known).get("state").asString()).isEqualTo("SUCCEEDED");
      assertThat(repository.refs()).doesNotContainKey("refs/tags/v1.0.2");
      assertThat(again.interrupt(60)).isZero();
    }
  }

  @Test
  void workerWithoutABrokerSaysSoAndEndsWithItsExitCode() throws Exception {
    try (TestingProgram worker =
        TestingProgram.start(
            folder.resolve("stderr"),
            "worker",
            "--bootstrap",
            "127.0.0.1:1",
            "--signatures",
            "off",
            "--data",
            folder.resolve("data").toString())) {
      assertThat(worker.exitCode(120)).isEqualTo(ExitCode.NO_BROKER.code());
      assertThat(worker.rest()).isEmpty();
    }
  }

  @Test
  void benchMeasuresTheStartAndTheMemoryOfAWorkerProcess() throws Exception {
    try (TestingProgram bench =
        TestingProgram.start(folder.resolve("stderr"), "bench", "start", "--runs", "1", "--json")) {
      assertThat(bench.exitCode(240)).isZero();
      JsonNode measured = Json.readTree(bench.rest().getBytes(StandardCharsets.UTF_8));
      assertThat(measured.get("medianReadySeconds").asDouble()).isPositive();
      assertThat(measured.get("medianIdleMb").asDouble()).isBetween(20.0, 256.0);
    }
  }

  private TestingProgram up() throws IOException {
    return TestingProgram.start(
        folder.resolve("stderr"),
        "up",
        "--data",
        folder.resolve("data").toString(),
        "--partitions",
        "2",
        "--http-port",
        "0");
  }

  private TestingCall call(
      String bootstrap, SampleRepository repository, int exitCode, String... arguments) {
    TestingCall call =
        new TestingCall()
            .with(ClientBus::open)
            .variable("KAFKA_BOOTSTRAP_SERVERS", bootstrap)
            .variable("OPS_AGENT_KEY", folder.resolve("data/keys/operator.jwk").toString())
            .stdin(task(repository));
    assertThat(call.execute(arguments)).describedAs(call.err()).isEqualTo(exitCode);
    return call;
  }

  private static String task(SampleRepository repository) {
    return """
    {"taskId": "t-1", "operation": "push", "requestedBy": "pm", "dryRun": false,
     "target": {"environment": "local", "service": "shop"},
     "repository": {"url": "%s"},
     "parameters": {"bump": "patch"},
     "requirements": {}, "requiredEvidence": []}
    """
        .formatted(repository.remote().toUri());
  }

  private static String digest(JsonNode reports) {
    for (JsonNode report : reports) {
      if (report.has("plan")) {
        return report.get("plan").get("digest").asString();
      }
    }
    throw new AssertionError("no report has a plan");
  }

  private static JsonNode json(TestingCall call) {
    return Json.readTree(call.out().getBytes(StandardCharsets.UTF_8));
  }

  private static String get(String address, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + path)).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
