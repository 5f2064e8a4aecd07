package dev.opsagent.endtoend;

import static dev.opsagent.testing.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Deliverable.ConfigurationChange;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Change;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.KeyChange;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Parity;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConfigureTest {
  private static final String SETTINGS = "# settings\nLOG_LEVEL=info\nDB_PASSWORD=hush\n";

  private TestStack stack;
  private WorkerProcess worker;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    stack.declare(
        """
        version: 1
        environments:
          - name: local
            kind: local
            runtime: process
          - name: staging
            kind: staging
            runtime: process
            protected: true
        """);
    worker = stack.startWorker().awaitReady();
  }

  @AfterAll
  void end() {
    stack.close();
  }

  private SampleService service(String name) {
    SampleService service = stack.service(name);
    service.commit(
        "chore: settings",
        Map.of(
            ".env.local", SETTINGS,
            ".env.staging", "LOG_LEVEL=warn\n",
            "src/settings.json", "{\"a\": 1}\n"));
    return service;
  }

  private static TaskDispatch task(
      SampleService service, String id, boolean dryRun, String parameters) {
    return new TaskDispatch(
        id,
        "environment.configure",
        service.target(),
        Optional.of(
            new RepositoryRef(service.remote.toString(), Optional.of("main"), Optional.empty())),
        (ObjectNode) Json.readTree(parameters.getBytes(StandardCharsets.UTF_8)),
        Requirements.NONE,
        List.of(),
        "pm",
        dryRun,
        Optional.empty());
  }

  private static final String CHANGE =
      """
      {"file": ".env.local", "set": {"LOG_LEVEL": "debug"}, "secrets": {"DB_PASSWORD": "SHOP_DB"}}
      """;

  private static String settings(SampleService service) {
    return git(service.remote, "show", "main:.env.local");
  }

  private static ConfigurationChange change(StatusReport end) {
    return end.deliverables().stream()
        .filter(ConfigurationChange.class::isInstance)
        .map(ConfigurationChange.class::cast)
        .reduce((_, _) -> {
          throw new AssertionError("one file has one change");
        })
        .orElseThrow();
  }

  @Test
  void settingsAreChangedPushedAndReportedAndTheSameAgainChangesNothing() {
    SampleService service = service("configured");
    String base = service.ref("main");
    StatusReport planned = stack.run(task(service, "configured-0", true, CHANGE));
    assertThat(planned.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.ref("main")).isEqualTo(base);

    StatusReport end = stack.run(task(service, "configured-1", false, CHANGE));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(Evidence.plan(stack.reports("configured-0")))
        .isEqualTo(Evidence.plan(stack.reports("configured-1")));
    assertThat(settings(service)).isEqualTo("# settings\nLOG_LEVEL=debug\nDB_PASSWORD=${SHOP_DB}");
    assertThat(service.ref("main~1")).isEqualTo(base);
    assertThat(end.changes())
        .containsExactly("git-refs %s refs/heads/main".formatted(service.remote));
    assertThat(change(end))
        .isEqualTo(
            new ConfigurationChange(
                ".env.local",
                Optional.of(service.ref("main")),
                List.of(
                    new KeyChange(
                        "DB_PASSWORD", Change.CHANGED, Optional.empty(), Optional.of("${SHOP_DB}")),
                    new KeyChange(
                        "LOG_LEVEL", Change.CHANGED, Optional.of("info"), Optional.of("debug"))),
                List.of(
                    new Parity(
                        "staging",
                        ".env.staging",
                        List.of("DB_PASSWORD"),
                        List.of(),
                        Optional.empty()))));
    assertThat(Json.pretty(stack.reports("configured-1"))).doesNotContain("hush");
    assertThat(Json.pretty(stack.audit("configured-1"))).doesNotContain("hush");

    StatusReport again = stack.run(task(service, "configured-2", false, CHANGE));

    assertThat(again.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(again.changes()).isEmpty();
    assertThat(change(again).keys()).isEmpty();
    assertThat(service.ref("main~1")).isEqualTo(base);
  }

  @Test
  void somebodyElsesFileAndAPlainSecretAreRefused() {
    SampleService service = service("refused");
    String base = service.ref("main");

    StatusReport foreign =
        stack.run(
            task(
                service,
                "refused-1",
                false,
                "{\"file\": \"src/settings.json\", \"set\": {\"a\": 2}}"));
    StatusReport secret =
        stack.run(
            task(
                service,
                "refused-2",
                false,
                "{\"file\": \".env.local\", \"set\": {\"DB_PASSWORD\": \"hush\"}}"));

    assertThat(foreign.state()).isEqualTo(TaskState.REJECTED);
    assertThat(foreign.reason().orElseThrow().code()).isEqualTo(ReasonCode.NOT_MINE);
    assertThat(foreign.reason().orElseThrow().detail()).contains("belongs to Engineer");
    assertThat(secret.reason().orElseThrow().code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(secret.reason().orElseThrow().detail()).contains("name the secret instead");
    assertThat(Json.pretty(stack.reports("refused-2"))).doesNotContain("hush");
    assertThat(service.ref("main")).isEqualTo(base);
  }

  @Test
  void oneCommitIsMadeWhenTheWorkerIsKilledBeforeEveryStep() {
    SampleService service = service("killed");
    List<String> places = new ArrayList<>();
    try (FollowedTask task = new FollowedTask(stack.client, "killed-1")) {
      stack.dispatch(task(service, "killed-1", false, CHANGE));
      StatusReport report = task.next();
      while (!report.state().isEnd()) {
        if (report.step().filter(it -> it.outcome() == StepReport.Outcome.STARTED).isPresent()) {
          places.add(report.step().get().name());
          killAndStart();
        }
        report = task.next();
      }
      assertThat(report.state()).as("%s", report.reason()).isEqualTo(TaskState.SUCCEEDED);
    }

    assertThat(places).contains("compare", "commit", "push");
    assertThat(service.commits()).hasSize(3);
    assertThat(settings(service)).contains("LOG_LEVEL=debug");
  }

  @Test
  void oneCommitIsMadeWhenTheWorkerIsKilledBetweenThePushAndItsRecord() {
    SampleService service = service("pushed");
    String base = service.ref("main");
    try (FollowedTask task = new FollowedTask(stack.client, "pushed-1")) {
      stack.dispatch(task(service, "pushed-1", false, CHANGE));
      StatusReport report = task.next();
      while (report.step().filter(it -> it.name().equals("push")).isEmpty()) {
        report = task.next();
      }
    }
    Awaitility.await().until(() -> !service.ref("main").equals(base));
    worker.kill();
    service.commit("feat: the branch moves on", Map.of("x.txt", "x"));
    worker = stack.startWorker().awaitReady();

    StatusReport end = stack.await("pushed-1");

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(change(end).commit()).contains(service.ref("main~1"));
    assertThat(service.commits()).hasSize(4);
  }

  @Test
  void aTaskThatIsCancelledBeforeItsPushLeavesTheBranchAsItWas() throws IOException {
    SampleService service = service("cancelled");
    String base = service.ref("main");
    // The lock of somebody who pushes for a long time.
    Path lock = Files.createFile(service.remote.resolve("refs/heads/main.lock"));
    Files.setLastModifiedTime(
        lock, FileTime.from(InstantSource.system().instant().plusSeconds(3600)));
    TaskDispatch task = task(service, "cancelled-1", false, CHANGE);
    try (FollowedTask followed = new FollowedTask(stack.client, task.taskId())) {
      stack.dispatch(task);
      StatusReport report = followed.next();
      while (report.step().filter(it -> it.name().equals("push")).isEmpty()) {
        report = followed.next();
      }
    }
    stack
        .client
        .control(new TaskCancel(task.taskId(), task.target(), "pm", "not now"))
        .toCompletableFuture()
        .join();

    StatusReport end = stack.await(task.taskId());
    Files.delete(lock);

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.CANCELLED);
    assertThat(end.changes()).isEmpty();
    assertThat(service.ref("main")).isEqualTo(base);
    assertThat(stack.workspace(task.taskId()).resolve("source")).doesNotExist();
  }

  private void killAndStart() {
    worker.kill();
    worker = stack.startWorker().awaitReady();
  }
}
