package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.cli.drill.Outage;
import dev.opsagent.cli.drill.SteadyLoad;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Deliverable.PerformanceMetrics;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Finding;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What runs on a target is changed by a real worker: commits, on the real Compose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployComposeTest {
  private static final TestingPrograms PROGRAMS = TestingPrograms.ofTheMachine();
  private static final String SERVES = "[/bin/busybox, httpd, -f, -p, '8080', -h, /www]";

  /** What the bad releases do instead of serving. */
  private static final Map<String, String> BAD =
      Map.of(
          "crash", "[/bin/busybox, 'false']",
          "silent", "[/bin/busybox, sleep, '600']",
          "short-lived",
              "[/bin/busybox, sh, -c, '/bin/busybox httpd -p 8080 -h /www; /bin/busybox sleep 4']");

  private static final String FILE =
      """
      services:
        web:
          image: %s
          command: %s
          volumes: [./www:/www:ro]
          ports: ["127.0.0.1:${PORT}:8080"]
          stop_signal: SIGKILL
      """;

  private TestStack stack;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    folder = scratch;
    Peers.require(
        "Docker Compose",
        () -> docker("compose", "version").isPresent() && docker("info").isPresent(),
        "run .ci/install-packages, .ci/install-compose, .ci/start-docker");
    BusyboxImage.make(PROGRAMS, scratch, Map.of());
    stack = TestStack.start(scratch);
  }

  @AfterAll
  void end() {
    if (stack != null) {
      stack.close();
    }
    for (String id : containers("--all", "{{.ID}}", "local/")) {
      docker("rm", "--force", "--volumes", id);
    }
    for (String kind : List.of("network", "volume")) {
      named(kind, "{{.Name}}").forEach(name -> docker(kind, "rm", name));
    }
    named("image", "{{.Repository}}:{{.Tag}}").forEach(name -> docker("image", "rm", name));
    BusyboxImage.remove(PROGRAMS, folder, Map.of());
  }

  private List<String> named(String kind, String format) {
    return docker(kind, "ls", "--format", format)
        .orElse("")
        .lines()
        .filter(name -> name.contains(suffix() + "-"))
        .toList();
  }

  private Optional<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return PROGRAMS.run(new Command(command, folder, Map.of(), Duration.ofSeconds(60)))
                instanceof Answer.Ok<Finished>(Finished finished)
            && finished.exitCode() == 0
        ? Optional.of(finished.stdout())
        : Optional.empty();
  }

  /** What is told of each container of this test's targets that begin like this. */
  private List<String> containers(String which, String format, String target) {
    String told = "{{.Label \"dev.opsagent.target\"}} " + format;
    return docker("ps", which, "--format", told)
        .orElse("")
        .lines()
        .filter(line -> line.startsWith(target) && line.contains(suffix()))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  /** The compose files that what runs came up by. */
  private List<String> files(SampleService service) {
    return containers(
        "--no-trunc",
        "{{.Label \"com.docker.compose.project.config_files\"}}",
        service.target().key());
  }

  private static String suffix() {
    return "-" + ProcessHandle.current().pid();
  }

  private SampleService service(String name) {
    return stack.service(name + suffix());
  }

  private StatusReport deploy(SampleService service, String version, String command, String more) {
    return deployFile(
        service, version, FILE.formatted(BusyboxImage.NAME, command), "\"strategy\": " + more);
  }

  /** Commits the release and has it deployed; the task is called as the release is. */
  private StatusReport deployFile(
      SampleService service, String version, String file, String parameters) {
    commit(service, version, file);
    return order(service, version, version, parameters);
  }

  private static void commit(SampleService service, String version, String file) {
    service.commit(
        "feat: " + version,
        Map.of("compose.yaml", file, "www/index.html", "sample " + version + suffix()));
  }

  /** Has the last commit deployed. */
  private StatusReport order(
      SampleService service, String taskId, String version, String parameters) {
    return order(service, taskId, version, parameters, "PT6S");
  }

  private StatusReport order(
      SampleService service, String taskId, String version, String parameters, String soak) {
    String json =
        """
        {"source": {}, "version": "%s", "port": %d, %s,
         "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                    "attempts": 12, "interval": "PT0.25S", "deadline": "PT4S", "soak": "%s"}}
        """
            .formatted(version, service.port, parameters, version, soak);
    return stack.run(
        new TaskDispatch(
            taskId,
            "deploy",
            service.target(),
            Optional.of(
                new RepositoryRef(
                    service.remote.toString(), Optional.of("main"), Optional.empty())),
            (ObjectNode) Json.readTree(json.getBytes(StandardCharsets.UTF_8)),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty()));
  }

  private static void succeeded(StatusReport report) {
    assertThat(report.state()).as("%s", report.reason()).isEqualTo(TaskState.SUCCEEDED);
  }

  private static Optional<ReasonCode> code(StatusReport report) {
    return report.reason().map(StatusReport.Reason::code);
  }

  @Test
  void aBadReleaseIsTakenBackByItselfAndTheComposeFileOfBeforeHoldsAgain() {
    SampleService service = service("plain");
    succeeded(deploy(service, "plain-good", SERVES, "\"recreate\""));
    assertThat(service.answer()).startsWith("200 sample plain-good");
    List<String> files = files(service);

    StatusReport bad =
        deploy(service, "plain-bad", BAD.getOrDefault("short-lived", ""), "\"recreate\"");

    assertThat(bad.state()).as("%s", bad.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(code(bad)).contains(ReasonCode.UNHEALTHY);
    assertThat(bad.changes()).isEmpty();
    assertThat(service.answer()).startsWith("200 sample plain-good");
    assertThat(files(service)).isEqualTo(files).hasSize(1);
    assertThat(containers("--all", "{{.ID}}", service.target().key())).as("no orphan").hasSize(1);
    assertThat(stack.deployment(service.target()).quarantined()).hasSize(1);
    succeeded(stack.run(service.task("plain-stop", "stop", "{}")));
  }

  @Test
  void blueGreenCallersNeverNoticeWhetherACommitIsGoodOrBad() {
    SampleService service = service("calm");
    succeeded(deploy(service, "calm-first", SERVES, "\"blue-green\""));
    long begun = System.nanoTime();
    try (SteadyLoad load = SteadyLoad.on(service.address(), 200)) {
      succeeded(deploy(service, "calm-second", SERVES, "\"blue-green\""));
      assertThat(service.answer()).startsWith("200 sample calm-second");
      List<String> files = files(service);
      BAD.forEach((kind, command) -> {
        StatusReport end = deploy(service, "calm-" + kind, command, "\"blue-green\"");
        assertThat(end.state()).isIn(TaskState.FAILED, TaskState.ROLLED_BACK);
        assertThat(code(end)).as("%s", end.reason()).isNotEmpty();
        assertThat(end.changes()).isEmpty();
        assertThat(service.answer()).startsWith("200 sample calm-second");
        assertThat(files(service)).isEqualTo(files).hasSize(1);
      });
      succeeded(stack.run(service.task("calm-back", "rollback", "{}")));
      assertThat(service.answer()).startsWith("200 sample calm-first");

      Outage outage = load.since(begun);
      assertThat(outage.requests()).isGreaterThan(1000);
      assertThat(outage.failed()).as("%s", outage).isZero();
    }
    assertThat(files(service)).as("no orphan").hasSize(1);
    succeeded(stack.run(service.task("calm-stop", "stop", "{}")));
    assertThat(files(service)).isEmpty();
  }

  @Test
  void aFileThatTwoReleasesCannotShareIsRefusedBlueGreenAndTakenByRecreate() {
    SampleService service = service("fixed");
    String fixed =
        FILE.formatted(BusyboxImage.NAME, SERVES)
            .replace("${PORT}", Integer.toString(service.port));

    StatusReport refused = deployFile(service, "fixed-blue", fixed, "\"strategy\": \"blue-green\"");

    assertThat(refused.state()).isEqualTo(TaskState.FAILED);
    assertThat(code(refused)).contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(refused.reason().orElseThrow().detail())
        .contains("service web publishes the port " + service.port, "publish ${PORT}");
    assertThat(containers("--all", "{{.ID}}", service.target().key())).isEmpty();
    succeeded(order(service, "fixed-plain", "fixed-blue", "\"strategy\": \"recreate\""));
    succeeded(stack.run(service.task("fixed-stop", "stop", "{}")));
  }

  @Test
  void whatCameInBlueGreenIsReplacedByRecreateInItsProjectWhichKeepsItsData() {
    SampleService service = service("ways");
    succeeded(deploy(service, "ways-blue", SERVES, "\"blue-green\""));
    String with =
        FILE.formatted(BusyboxImage.NAME, SERVES)
                .replace("[./www:/www:ro]", "[./www:/www:ro, 'kept:/kept']")
            + "volumes: {kept: {}}\n";

    succeeded(deployFile(service, "ways-1", with, "\"strategy\": \"recreate\""));
    assertThat(service.answer()).startsWith("200 sample ways-1");
    List<String> volumes = named("volume", "{{.Name}}");
    String bad = with.replace(SERVES, BAD.getOrDefault("short-lived", ""));
    StatusReport end = deployFile(service, "ways-bad", bad, "\"strategy\": \"recreate\"");
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(service.answer()).startsWith("200 sample ways-1");
    succeeded(deployFile(service, "ways-2", with, "\"strategy\": \"recreate\""));
    assertThat(service.answer()).startsWith("200 sample ways-2");
    assertThat(named("volume", "{{.Name}}")).as("of one project").isEqualTo(volumes);
    assertThat(code(deploy(service, "ways-3", SERVES, "\"blue-green\"")))
        .as("its data would stay behind")
        .contains(ReasonCode.DATA_LOSS_RISK);

    succeeded(stack.run(service.task("ways-back", "rollback", "{}")));
    assertThat(service.answer()).startsWith("200 sample ways-1");
    assertThat(files(service)).as("no orphan").hasSize(1);
    succeeded(stack.run(service.task("ways-stop", "stop", "{}")));
  }

  @Test
  void aServiceOfAProjectIsScaledAndTakenBackToTheNumberOfBeforeWhenItDoesNotServe() {
    SampleService service = service("many");
    String file = withWorker("");
    succeeded(deployFile(service, "many-1", file, "\"strategy\": \"blue-green\""));

    succeeded(stack.run(scaling(service, "many-3", "worker", 3, "/")));

    assertThat(serviceNames(service)).containsExactly("web", "worker", "worker", "worker");
    assertThat(service.answer()).startsWith("200 sample many-1");
    StatusReport sick = stack.run(scaling(service, "many-sick", "worker", 2, "/nowhere"));
    assertThat(sick.state()).as("%s", sick.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(serviceNames(service)).containsExactly("web", "worker", "worker", "worker");
    StatusReport fixed = stack.run(scaling(service, "many-web", "web", 2, "/"));
    assertThat(code(fixed)).contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(fixed.reason().orElseThrow().detail()).contains("services.web.ports");
    assertThat(fixed.changes()).isEmpty();
    succeeded(stack.run(service.task("many-stop", "stop", "{}")));
  }

  /** A project of the service that serves, and one that does nothing. */
  private static String withWorker(String more) {
    return FILE.formatted(BusyboxImage.NAME, SERVES)
        + "  worker: {image: %s, command: [/bin/busybox, sleep, '600'], stop_signal: SIGKILL, %s}\n"
            .formatted(BusyboxImage.NAME, more);
  }

  private static TaskDispatch scaling(
      SampleService service, String taskId, String name, int count, String page) {
    return service.task(
        taskId,
        "scale",
        """
        {"replicas": %d, "composeService": "%s",
         "health": {"http": {"path": "%s"}, "attempts": 4, "interval": "PT0.25S"}}
        """
            .formatted(count, name, page));
  }

  private List<String> serviceNames(SampleService service) {
    String name = "{{.Label \"com.docker.compose.service\"}}";
    return containers("--no-trunc", name, service.target().key()).stream().sorted().toList();
  }

  @Test
  void whatAServiceOfAProjectMayUseAndHardlyUsesIsALessonOfThatService() {
    SampleService service = service("sized");
    String file = withWorker("mem_limit: 64m, cpus: 0.5, scale: 2");

    commit(service, "sized-1", file);

    StatusReport end =
        order(service, "sized-1", "sized-1", "\"strategy\": \"blue-green\"", "PT12S");

    succeeded(end);
    assertThat(end.deliverables())
        .filteredOn(PerformanceMetrics.class::isInstance)
        .extracting(it -> ((PerformanceMetrics) it).service().orElse(""))
        .containsExactly("web", "worker");
    assertThat(end.deliverables())
        .filteredOn(ResourceRecommendation.class::isInstance)
        .map(ResourceRecommendation.class::cast)
        .allSatisfy(it -> {
          assertThat(it.subject()).isEqualTo(service.target().key());
          assertThat(it.service()).contains("worker");
          assertThat(it.finding()).isEqualTo(Finding.OVER_PROVISIONED);
          assertThat(it.samples()).isGreaterThanOrEqualTo(5);
        })
        .extracting(ResourceRecommendation::limit)
        .containsExactly(0.5, (double) (64L << 20));
    List<Learning> lessons = stack.learnings(service.target());
    String id = "right-sizing:%s:worker:".formatted(service.target().key());
    assertThat(lessons)
        .extracting(Learning::learningId)
        .containsExactlyInAnyOrder(id + "cpus", id + "memory");
    assertThat(lessons.getLast().summary())
        .startsWith("worker of %s may use 64 MiB and uses ".formatted(service.target().key()))
        .endsWith("give it 16 MiB");
    succeeded(stack.run(service.task("sized-stop", "stop", "{}")));
  }

  @Test
  void dataIsNotLostUnlessTheTaskAndAPersonLetItGo() {
    SampleService service = service("data");
    String without = FILE.formatted(BusyboxImage.NAME, SERVES);
    String with =
        without.replace("[./www:/www:ro]", "[./www:/www:ro, 'kept:/kept']")
            + "volumes: {kept: {}}\n";
    succeeded(deployFile(service, "data-1", with, "\"strategy\": \"recreate\""));
    List<String> running = containers("--no-trunc", "{{.ID}}", service.target().key());

    StatusReport refused = deployFile(service, "data-2", without, "\"adopt\": false");

    assertThat(refused.state()).isEqualTo(TaskState.FAILED);
    assertThat(code(refused)).contains(ReasonCode.DATA_LOSS_RISK);
    assertThat(refused.reason().orElseThrow().detail()).contains("_kept of service web");
    assertThat(refused.changes()).isEmpty();
    assertThat(stack.escalations("data-2"))
        .extracting(Escalation::trigger)
        .containsExactly(Trigger.DATA_LOSS_RISK);
    assertThat(containers("--no-trunc", "{{.ID}}", service.target().key())).isEqualTo(running);

    StatusReport asked = deployFile(service, "data-3", without, "\"allowDataLoss\": true");

    assertThat(asked.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(stack.escalations("data-3"))
        .extracting(Escalation::trigger)
        .containsExactly(Trigger.DATA_LOSS_RISK);
    assertThat(containers("--no-trunc", "{{.ID}}", service.target().key())).isEqualTo(running);
    succeeded(decided(service, "data-3", Decision.DONE));
    assertThat(service.answer()).startsWith("200 sample data-3");
    succeeded(stack.run(service.task("data-stop", "stop", "{}")));
  }

  @Test
  void aMigrationRunsOnlyWhenTheTaskAndAPersonLetIt() {
    SampleService service = service("moves");
    String file =
        FILE.formatted(BusyboxImage.NAME, SERVES)
            + "    labels: {dev.opsagent.migration: 'true'}\n";

    StatusReport refused = deployFile(service, "moves-1", file, "\"adopt\": false");

    assertThat(code(refused)).contains(ReasonCode.DATA_LOSS_RISK);
    assertThat(refused.reason().orElseThrow().detail()).contains("service web changes data");
    StatusReport asked = deployFile(service, "moves-2", file, "\"allowDataLoss\": true");
    assertThat(asked.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(stack.escalations("moves-2"))
        .extracting(Escalation::trigger)
        .containsExactly(Trigger.DATA_LOSS_RISK);
    assertThat(containers("--all", "{{.ID}}", service.target().key())).isEmpty();
    succeeded(decided(service, "moves-2", Decision.DONE));
    succeeded(stack.run(service.task("moves-stop", "stop", "{}")));
  }

  private StatusReport decided(SampleService service, String taskId, Decision decision) {
    stack
        .client
        .control(new TaskResolve(taskId, service.target(), "ann", decision, "of no use"))
        .toCompletableFuture()
        .join();
    return stack.client.await(taskId, Duration.ofMinutes(3));
  }
}
