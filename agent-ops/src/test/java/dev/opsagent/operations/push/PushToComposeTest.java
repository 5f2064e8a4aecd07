package dev.opsagent.operations.push;

import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.TestingCompose;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.testing.Verdaccio;
import dev.opsagent.tools.compose.ComposeRuntime;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A push whose service is a Compose project, on a real engine. */
class PushToComposeTest {
  private static final String COMPOSE =
      """
      services:
        web:
          image: %s
          command: [/bin/busybox, httpd, -f, -p, "8080", -h, /www]
          ports: ["127.0.0.1:${PORT}:8080"]
          volumes: ["./www:/www:ro", "kept:/kept"]
          stop_signal: SIGKILL
      volumes: {kept: {}}
      """
          .formatted(BusyboxImage.NAME);

  @TempDir private Path folder;

  @AfterAll
  static void removeImage(@TempDir Path scratch) {
    BusyboxImage.remove(TestingPrograms.ofTheMachine(), scratch, Map.of());
  }

  @Test
  void aPushBringsTheProjectOfItsCommitUpLosesNoDataAndAWithdrawalTakesItDown() throws Exception {
    try (LocalVerdaccio verdaccio = Verdaccio.start(folder.resolve("verdaccio"));
        PushWorld world = new PushWorld(folder, verdaccio)) {
      ComposeRuntime compose = TestingCompose.runtime(world.programs(), folder.resolve("compose"));
      Peers.require(
          "Docker",
          () -> compose.available() instanceof Answer.Ok<?>,
          "install the Docker engine with Compose and start it");
      BusyboxImage.make(TestingPrograms.ofTheMachine(), folder, Map.of());
      GitProgram.commitAndPush(
          world.developer,
          "feat: a page",
          Map.of("docker-compose.yml", COMPOSE, "www/index.html", "sample by compose"));
      SequentialRun run =
          new SequentialRun(
              world.operation("machine", world.registry(), compose),
              world.task("task-1", parameters -> toCompose(parameters, world.port)));

      assertThat(run.run()).isEmpty();
      assertThat(get(world.port)).isEqualTo("sample by compose");
      assertThat(run.deliverables)
          .anyMatch(made ->
              made instanceof DeploymentStatus status
                  && status.verified()
                  && status.runtime().equals("compose"));

      Running running = ok(compose.running(world.target())).orElseThrow();
      assertThat(running.taskId()).isEqualTo("task-1");

      GitProgram.git(world.developer, "pull", "-q", "--rebase", "origin", "HEAD");
      GitProgram.commitAndPush(
          world.developer,
          "fix: keep nothing",
          Map.of("docker-compose.yml", COMPOSE.replace(", \"kept:/kept\"", "")));
      SequentialRun losing =
          new SequentialRun(
              world.operation("machine", world.registry(), compose),
              world.task("task-2", parameters -> toCompose(parameters, world.port)));
      assertThat(losing.run())
          .hasValueSatisfying(
              failure -> assertThat(failure.code()).isEqualTo(ReasonCode.DATA_LOSS_RISK));
      assertThat(ok(compose.running(world.target()))).contains(running);

      assertThat(ok(compose.rollback(world.target(), running.digest()))).isEmpty();
      assertThat(ok(compose.running(world.target()))).isEqualTo(Optional.empty());
      removeVolumes(world.target());
    }
  }

  private void removeVolumes(String target) {
    String project = "ops-" + target.replace('/', '-') + "-";
    docker("volume", "ls", "--quiet")
        .lines()
        .filter(name -> name.startsWith(project))
        .forEach(name -> docker("volume", "rm", name));
  }

  private String docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return BusyboxImage.run(
        TestingPrograms.ofTheMachine(), folder, Map.of(), command.toArray(String[]::new));
  }

  private static ObjectNode toCompose(ObjectNode parameters, int port) {
    byte[] deploy =
        "{\"kind\": \"compose\", \"file\": \"docker-compose.yml\", \"port\": %d}"
            .formatted(port)
            .getBytes(StandardCharsets.UTF_8);
    parameters.set("deploy", Json.readTree(deploy));
    return parameters;
  }

  private static String get(int port) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build();
      return client.send(request, BodyHandlers.ofString()).body().strip();
    }
  }
}
