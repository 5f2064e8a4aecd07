package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.opsagent.cli.drill.Outage;
import dev.opsagent.cli.drill.SteadyLoad;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Deliverable.DriftReport;
import dev.opsagent.protocol.Deliverable.DriftReport.Difference;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Finding;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What runs on a target is changed by a real worker: images, on a real container engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployImageTest {
  private static final TestingPrograms PROGRAMS = TestingPrograms.ofTheMachine();
  private static final String REPOSITORY = "ops-agent-test/web-" + ProcessHandle.current().pid();

  /** What the bad releases do instead of serving. */
  private static final Map<String, String> COMMANDS =
      Map.of(
          "good", "[\"/bin/busybox\", \"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/www\"]",
          "better", "[\"/bin/busybox\", \"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/www\"]",
          "crash", "[\"/bin/busybox\", \"false\"]",
          "silent", "[\"/bin/busybox\", \"sleep\", \"600\"]",
          "short-lived",
              "[\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox httpd -p 8080 -h /www;"
                  + " /bin/busybox sleep 4\"]");

  private final List<String> images = new ArrayList<>();
  private TestStack stack;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    folder = scratch;
    Peers.require(
        "Docker", () -> docker("info").isPresent(), "run .ci/install-packages, .ci/start-docker");
    BusyboxImage.make(PROGRAMS, scratch, Map.of());
    for (String kind : COMMANDS.keySet()) {
      image(kind);
    }
    stack = TestStack.start(scratch);
  }

  private void image(String kind) throws IOException {
    Path context = Files.createDirectories(folder.resolve("image-" + kind));
    Files.writeString(context.resolve("index.html"), "sample " + kind);
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM %s
        COPY index.html /www/index.html
        STOPSIGNAL SIGKILL
        EXPOSE 8080
        CMD %s
        """
            .formatted(BusyboxImage.NAME, COMMANDS.getOrDefault(kind, "")));
    String name = REPOSITORY + ":" + kind;
    BusyboxImage.build(PROGRAMS, folder, name, context);
    images.add(name);
  }

  /** What the engine's client prints; empty when it fails. */
  private Optional<String> docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return PROGRAMS.run(new Command(command, folder, Map.of(), Duration.ofSeconds(60)))
                instanceof Answer.Ok<Finished>(Finished finished)
            && finished.exitCode() == 0
        ? Optional.of(finished.stdout())
        : Optional.empty();
  }

  @AfterAll
  void end() {
    if (stack != null) {
      stack.close();
    }
    for (String id : containers("local/")) {
      docker("rm", "--force", id);
    }
    images.forEach(name -> docker("image", "rm", "--force", name));
    BusyboxImage.remove(PROGRAMS, folder, Map.of());
  }

  private TaskDispatch canary(SampleService service, String taskId, String kind) {
    return service.task(
        taskId,
        "deploy",
        """
        {"image": "%s:%s", "port": %d, "strategy": "canary",
         "canary": [{"percent": 20, "for": "PT6S"}, {"percent": 60, "for": "PT1S"}],
         "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                    "attempts": 12, "interval": "PT0.25S", "deadline": "PT4S"}}
        """
            .formatted(REPOSITORY, kind, service.port, kind));
  }

  /** Every container of this test's services, whether it runs or not. */
  private List<String> containers(String target) {
    return docker("ps", "-a", "--format", "{{.ID}} {{.Label \"dev.opsagent.target\"}}")
        .orElse("")
        .lines()
        .filter(line -> line.contains(" " + target) && line.contains(suffix()))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  private static String suffix() {
    return "-" + ProcessHandle.current().pid();
  }

  private SampleService service(String name) {
    return stack.service(name + suffix());
  }

  private TaskDispatch deploy(SampleService service, String taskId, String kind) {
    return deploy(service, taskId, kind, "recreate");
  }

  private TaskDispatch deploy(SampleService service, String taskId, String kind, String strategy) {
    return service.task(
        taskId,
        "deploy",
        """
        {"image": "%s:%s", "port": %d, "strategy": "%s", "cpus": 0.5, "memory": 33554432,
         "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                    "attempts": 12, "interval": "PT0.25S", "deadline": "PT4S", "soak": "PT6S"}}
        """
            .formatted(REPOSITORY, kind, service.port, strategy, kind));
  }

  @ParameterizedTest
  @CsvSource({"crash,FAILED", "silent,ROLLED_BACK", "short-lived,ROLLED_BACK"})
  void aBadImageIsTakenBackByItself(String kind, TaskState state) {
    SampleService service = service(kind);
    StatusReport good = stack.run(deploy(service, kind + "-1", "good"));
    assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).startsWith("200 sample good");

    StatusReport bad = stack.run(deploy(service, kind + "-2", kind));

    assertThat(bad.state()).as("%s", bad.reason()).isEqualTo(state);
    assertThat(bad.changes()).isEmpty();
    assertThat(bad.reason().orElseThrow().code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(service.answer()).startsWith("200 sample good");
    assertThat(stack.deployment(service.target()).running().map(Release::version)).contains("good");
    assertThat(stack.deployment(service.target()).quarantined()).hasSize(1);
    assertThat(containers(service.target().key())).as("no orphan").hasSize(1);
    StatusReport again = stack.run(deploy(service, kind + "-3", kind));
    assertThat(again.reason().orElseThrow().code()).isEqualTo(ReasonCode.QUARANTINED);
  }

  @Test
  void whatIsDemandedIsReadBackAndMeasuredAndToldInTheEndReport() {
    SampleService service = service("demanding");
    Requirements requirements =
        Json.readYaml(
            """
            scaling: {replicas: 2, cpus: 0.5, memory: 33554432}
            performance: {p95LatencyMillis: 5000, errorRate: 0, minimumSamples: 30}
            """
                .getBytes(StandardCharsets.UTF_8),
            Requirements.class);

    StatusReport end =
        stack.run(deploy(service, "demanding-1", "good", "blue-green").with(requirements));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(end.deliverables())
        .filteredOn(RequirementResult.class::isInstance)
        .map(it -> (RequirementResult) it)
        .allSatisfy(it -> assertThat(it.satisfied()).isTrue())
        .extracting(RequirementResult::requirement, RequirementResult::measured)
        .contains(
            tuple(Requirement.ERROR_RATE, "0 of 30 requests failed"),
            tuple(Requirement.REPLICAS, "2"),
            tuple(Requirement.CPUS, "0.5 processors"),
            tuple(Requirement.MEMORY, "33554432 bytes"))
        .hasSize(5);
  }

  @Test
  void aReleaseThatAnswersOtherwiseThanIsDemandedIsTakenBack() {
    SampleService service = service("slow");
    stack.run(deploy(service, "slow-1", "good"));
    Requirements requirements =
        Json.readYaml(
            "scaling: {memory: 33554432}\nperformance: {p95LatencyMillis: 1}\n"
                .getBytes(StandardCharsets.UTF_8),
            Requirements.class);
    String parameters =
        """
        {"image": "%s:better", "port": %d, "cpus": 0.01,
         "health": {"http": {"path": "/", "bodyContains": "sample better"},
                    "attempts": 12, "interval": "PT0.25S", "deadline": "PT9S"}}
        """
            .formatted(REPOSITORY, service.port);

    StatusReport end = stack.run(service.task("slow-2", "deploy", parameters).with(requirements));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(end.reason().orElseThrow().detail()).contains("took longer than 1 ms");
    assertThat(service.answer()).startsWith("200 sample good");
    assertThat(stack.deployment(service.target()).lastVerified().map(Release::version))
        .contains("good");
  }

  @Test
  void whatSomebodyChangesByHandIsToldAndHealedWhenThatIsAskedFor() {
    SampleService service = service("drift");
    StatusReport unknown = stack.run(service.task("drift-0", "infrastructure.drift", "{}"));
    assertThat(unknown.reason().orElseThrow().code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    stack.run(deploy(service, "drift-1", "good"));
    assertThat(drift(stack.run(service.task("drift-2", "infrastructure.drift", "{}")))).isEmpty();
    String container = containers(service.target().key()).getFirst();
    docker("update", "--memory", "48m", "--memory-swap", "48m", container);

    StatusReport told = stack.run(service.task("drift-3", "infrastructure.drift", "{}"));

    assertThat(told.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(told.changes()).isEmpty();
    assertThat(drift(told))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.field()).isEqualTo("memory");
          assertThat(it.wanted()).isEqualTo("33554432 bytes");
          assertThat(it.found()).isEqualTo("50331648 bytes");
          assertThat(it.by().orElse("")).matches("last updated through the engine at [0-9T:-]+Z");
        });
    docker("kill", container);
    Map<String, String> ended =
        drift(stack.run(service.task("drift-killed", "infrastructure.drift", "{}"))).stream()
            .collect(Collectors.toMap(Difference::field, it -> it.by().orElse("")));
    assertThat(ended.get("state"))
        .matches(
            "sent signal 9 through the engine; ended at [0-9T:-]+Z, exit code 137, as signal 9"
                + " leaves");
    StatusReport healed =
        stack.run(service.task("drift-4", "infrastructure.drift", "{\"heal\": true}"));
    assertThat(healed.state()).as("%s", healed.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(drift(healed)).extracting(Difference::field).contains("release", "memory");
    assertThat(service.answer()).startsWith("200 sample good");
    assertThat(drift(stack.run(service.task("drift-5", "infrastructure.drift", "{}")))).isEmpty();
  }

  private static List<Difference> drift(StatusReport report) {
    return report.deliverables().stream()
        .filter(DriftReport.class::isInstance)
        .map(DriftReport.class::cast)
        .toList()
        .getFirst()
        .differences();
  }

  @Test
  void whatAServiceMayUseAndHardlyUsesIsALesson() {
    SampleService service = service("idle");

    StatusReport end = stack.run(deploy(service, "idle-1", "good"));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(end.deliverables())
        .filteredOn(ResourceRecommendation.class::isInstance)
        .extracting(it -> ((ResourceRecommendation) it).finding())
        .containsOnly(Finding.OVER_PROVISIONED);
    List<Learning> lessons = stack.learnings(service.target());
    assertThat(lessons)
        .extracting(Learning::learningId)
        .contains("right-sizing:%s:memory".formatted(service.target().key()));
    assertThat(lessons.getLast().summary())
        .startsWith(service.target().key() + " may use 32 MiB and uses ")
        .endsWith("give it 16 MiB");
    String address = lessons.getLast().evidence().getFirst();
    long shown = Long.parseLong(address.substring("ops.status/idle-1#".length()));
    assertThat(shown).isBetween(1L, end.revision());
  }

  @Test
  void callersOfACanaryNeverNoticeWhetherItIsGoodOrBad() {
    SampleService service = service("canary");
    StatusReport first = stack.run(canary(service, "canary-1", "good"));
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    long begun = System.nanoTime();
    try (SteadyLoad load = SteadyLoad.on(service.address(), 200)) {
      StatusReport good = stack.run(canary(service, "canary-2", "better"));
      assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(service.answer()).startsWith("200 sample better");

      StatusReport crash = stack.run(canary(service, "canary-3", "crash"));
      assertThat(crash.state()).as("nobody reached it").isEqualTo(TaskState.FAILED);
      StatusReport late = stack.run(canary(service, "canary-4", "short-lived"));
      assertThat(late.state()).as("%s", late.reason()).isEqualTo(TaskState.ROLLED_BACK);
      assertThat(late.reason().orElseThrow().detail()).contains("it served for a while");
      assertThat(late.changes()).isEmpty();

      Outage outage = load.since(begun);
      assertThat(outage.requests()).isGreaterThan(100);
      assertThat(outage.failed()).as("%s", outage).isZero();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(service.answer()).startsWith("200 sample better");
    }
    assertThat(stack.deployment(service.target()).running().map(Release::version))
        .contains("better");
    assertThat(stack.deployment(service.target()).quarantined()).hasSize(2);
    assertThat(running(service.target().key())).as("no orphan").hasSize(1);
    assertThat(stack.run(service.task("canary-stop", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void blueGreenCallersNeverNoticeWhetherAnImageIsGoodOrBad() {
    SampleService service = service("calm");
    StatusReport first = stack.run(deploy(service, "calm-1", "good", "blue-green"));
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    long begun = System.nanoTime();
    try (SteadyLoad load = SteadyLoad.on(service.address(), 200)) {
      StatusReport good = stack.run(deploy(service, "calm-2", "better", "blue-green"));
      assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(service.answer()).startsWith("200 sample better");
      for (String bad : List.of("crash", "silent", "short-lived")) {
        StatusReport end = stack.run(deploy(service, "calm-" + bad, bad, "blue-green"));
        assertThat(end.state()).as("%s", end.reason()).isNotEqualTo(TaskState.SUCCEEDED);
        assertThat(end.changes()).isEmpty();
        assertThat(service.answer()).startsWith("200 sample better");
      }
      StatusReport back = stack.run(service.task("calm-back", "rollback", "{}"));
      assertThat(back.state()).as("%s", back.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(service.answer()).startsWith("200 sample good");

      Outage outage = load.since(begun);
      assertThat(outage.requests()).isGreaterThan(100);
      assertThat(outage.failed()).as("%s", outage).isZero();
    }
    assertThat(running(service.target().key())).as("no orphan").hasSize(1);
    assertThat(stack.run(service.task("calm-stop", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(running(service.target().key())).isEmpty();
  }

  private StatusReport rolling(SampleService service, String taskId, String kind) {
    return stack.run(
        service.task(
            taskId,
            "deploy",
            """
            {"image": "%s:%s", "port": %d, "strategy": "rolling", "replicas": 3,
             "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                        "attempts": 12, "interval": "PT0.25S", "deadline": "PT4S", "soak": "PT6S"}}
            """
                .formatted(REPOSITORY, kind, service.port, kind)));
  }

  @Test
  void callersOfReplicasNeverNoticeThatTheyAreReplacedAndBecomeMoreAndFewer() {
    SampleService service = service("many");
    String target = service.target().key();
    StatusReport first = rolling(service, "many-1", "good");
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(running(target)).hasSize(3);
    long begun = System.nanoTime();
    try (SteadyLoad load = SteadyLoad.on(service.address(), 200)) {
      StatusReport good = rolling(service, "many-2", "better");
      assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(running(target)).hasSize(3);
      for (String bad : List.of("crash", "silent", "short-lived")) {
        StatusReport end = rolling(service, "many-" + bad, bad);
        assertThat(end.state()).as("%s", end.reason()).isNotEqualTo(TaskState.SUCCEEDED);
        assertThat(end.changes()).isEmpty();
        assertThat(running(target)).as("no orphan of " + bad).hasSize(3);
      }
      assertThat(scaled(service, "many-5", 5)).isEqualTo(TaskState.SUCCEEDED);
      assertThat(running(target)).hasSize(5);
      assertThat(scaled(service, "many-1-again", 1)).isEqualTo(TaskState.SUCCEEDED);
      assertThat(running(target)).hasSize(1);

      Outage outage = load.since(begun);
      assertThat(outage.requests()).isGreaterThan(100);
      assertThat(outage.failed()).as("%s", outage).isZero();
    }
    assertThat(service.answer()).startsWith("200 sample better");
    assertThat(stack.run(service.task("many-stop", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(running(target)).isEmpty();
  }

  private TaskState scaled(SampleService service, String taskId, int replicas) {
    StatusReport end =
        stack.run(service.task(taskId, "scale", "{\"replicas\": %d}".formatted(replicas)));
    assertThat(end.reason()).isEmpty();
    return end.state();
  }

  @Test
  void whatCameInBlueGreenIsReplacedByRecreateAndTheOtherWayOnceItWasStopped() {
    SampleService service = service("ways");
    succeeded(deploy(service, "ways-1", "good", "blue-green"));

    succeeded(deploy(service, "ways-2", "better", "recreate"));
    assertThat(service.answer()).startsWith("200 sample better");
    succeeded(service.task("ways-back", "rollback", "{}"));
    assertThat(service.answer()).startsWith("200 sample good");
    for (String bad : List.of("crash", "silent")) {
      StatusReport end = stack.run(deploy(service, "ways-" + bad, bad, "recreate"));
      assertThat(end.state()).as("%s", end.reason()).isNotEqualTo(TaskState.SUCCEEDED);
      assertThat(end.changes()).isEmpty();
      assertThat(service.answer()).startsWith("200 sample good");
    }
    succeeded(deploy(service, "ways-3", "better", "blue-green"));
    assertThat(service.answer()).startsWith("200 sample better");
    assertThat(running(service.target().key())).as("no orphan").hasSize(1);

    succeeded(service.task("ways-stop", "stop", "{}"));
    succeeded(deploy(service, "ways-4", "good", "recreate"));
    assertThat(running(service.target().key())).as("no front is before it").isEmpty();
    StatusReport held = stack.run(deploy(service, "ways-5", "better", "blue-green"));
    assertThat(held.reason().orElseThrow().code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(service.answer()).startsWith("200 sample good");
    succeeded(service.task("ways-stop-2", "stop", "{}"));
    succeeded(deploy(service, "ways-6", "better", "blue-green"));
    assertThat(service.answer()).startsWith("200 sample better");
    succeeded(service.task("ways-stop-3", "stop", "{}"));
  }

  private void succeeded(TaskDispatch task) {
    StatusReport end = stack.run(task);
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aContainerThatSomebodyMadeByHandIsTakenOverByWordOnly() {
    SampleService service = service("by-hand");
    String name = service.target().key().replace('/', '.');
    assertThat(docker("create", "--name", name, REPOSITORY + ":good")).isPresent();
    StatusReport refused = stack.run(deploy(service, "by-hand-1", "good"));
    assertThat(refused.reason().orElseThrow().code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(refused.reason().orElseThrow().detail()).contains("adopt: true");
    assertThat(refused.changes()).isEmpty();

    TaskDispatch word = deploy(service, "by-hand-2", "better");
    word.parameters().put("adopt", true);
    succeeded(word);

    assertThat(service.answer()).startsWith("200 sample better");
    succeeded(service.task("by-hand-stop", "stop", "{}"));
    docker("rm", "--force", name + ".by-hand-stopped");
  }

  private List<String> running(String target) {
    return docker("ps", "--format", "{{.ID}} {{.Label \"dev.opsagent.target\"}}")
        .orElse("")
        .lines()
        .filter(line -> line.contains(" " + target + "~"))
        .toList();
  }

  @Test
  void aContainerIsRestartedStoppedAndStartedAgain() {
    SampleService service = service("again");
    stack.run(deploy(service, "again-1", "good"));

    StatusReport restarted = stack.run(service.task("again-2", "restart", "{}"));
    assertThat(restarted.state()).as("%s", restarted.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).startsWith("200 sample good");

    assertThat(stack.run(service.task("again-3", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).startsWith("no answer");

    StatusReport started = stack.run(service.task("again-4", "restart", "{}"));
    assertThat(started.state()).as("%s", started.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).startsWith("200 sample good");
  }

  @Test
  void anImageThatIsNowhereIsRefusedBeforeAnythingHappens() {
    SampleService service = service("absent");
    StatusReport end = stack.run(deploy(service, "absent-1", "never-built"));
    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.changes()).isEmpty();
    assertThat(containers(service.target().key())).isEmpty();
  }
}
