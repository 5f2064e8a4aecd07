package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.opsagent.endtoend.Replacements.Replacement;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL to the worker, and a cancel, at every step of a deploy of several services and amid a
 * wave: all of them run the new releases afterwards, or all the old ones. One service of the first
 * wave takes a while to end, so that there is a time when the other runs its new release already.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledStackTest {
  private static final String QUICK = "api";
  private static final String SLOW = "db";
  private static final String LEAF = "web";
  private static final List<String> NAMES = List.of(QUICK, SLOW, LEAF);
  private static final String SERVER =
      """
      const http = require('http');
      const {version} = require('./package.json');
      http.get(process.env.STARTS + version, answer => answer.resume());
      process.on('SIGTERM', () => setTimeout(() => process.exit(0), process.env.ENDS_AFTER));
      http.createServer((_, answer) => {
        answer.statusCode = version === '1.0.3' ? 500 : 200;
        answer.end('sample ' + version);
      }).listen(process.env.PORT, '127.0.0.1');
      """;

  private final Map<String, Integer> ports = new HashMap<>();
  private final List<Target> targets = new ArrayList<>();

  /** What services have told of their starts: their names and versions. */
  private final List<String> starts = new CopyOnWriteArrayList<>();

  private HttpServer ear;
  private TestStack stack;
  private SampleService sample;
  private Replacements worker;
  private Target target = new Target("local", "none");

  /** Publishes 1.0.1, 1.0.2, and 1.0.3, which answers 500. */
  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    ear = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ear.createContext("/", this::hear);
    ear.start();
    stack = TestStack.create(folder);
    worker = new Replacements(stack);
    sample = stack.service("sample");
    for (String version : List.of("1.0.1", "1.0.2", "1.0.3")) {
      sample.commit("fix: " + version, Map.of("server.js", SERVER + "// " + version));
      stack.run(sample.publish("publish-" + version));
    }
    assertThat(stack.registry.versions("sample")).containsExactly("1.0.1", "1.0.2", "1.0.3");
  }

  private void hear(HttpExchange start) throws IOException {
    try (start) {
      starts.add(start.getRequestURI().getPath());
      start.sendResponseHeaders(204, -1);
    }
  }

  @AfterAll
  void end() {
    targets.stream()
        .flatMap(of -> NAMES.stream().map(of::part))
        .flatMap(of -> sample.processes(of).stream())
        .forEach(ProcessHandle::destroyForcibly);
    stack.close();
    ear.stop(0);
  }

  /** Each test has a stack of its own, which runs 1.0.1. */
  @BeforeEach
  void deployFirst() {
    target = new Target("local", "shop-" + targets.size());
    targets.add(target);
    NAMES.forEach(name -> ports.put(name, FreePort.any()));
    StatusReport first = stack.run(deploy("first", "1.0.1", "1.0.1"));
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertRuns("1.0.1", 1);
  }

  @Test
  void killedBeforeEveryStepAStackIsDeployedOnce() {
    List<Replacement> kills =
        worker.killed(deploy("second", "1.0.2", "1.0.2"), KilledStackTest::begins, _ -> {});

    assertThat(kills.stream().map(Replacement::place))
        .endsWith("validate", "fetch", "deploy.1", "verify.1", "deploy.2", "verify.2");
    assertDeployed("second");
  }

  @Test
  void killedAmidAWaveOnlyTheServiceThatIsMissingIsDeployedThen() {
    List<Replacement> kills =
        worker.killed(
            deploy("second", "1.0.2", "1.0.2"),
            at("deploy.1", Outcome.STARTED),
            _ -> await(() -> isStarted(QUICK, "1.0.2") && !isStarted(SLOW, "1.0.2")));

    assertThat(kills).singleElement().matches(it -> it.hit(stack.reports(id("second"))));
    assertDeployed("second");
  }

  @Test
  void takenBackOnceThoughKilledInEveryUndoAndAmidThatOfAWave() {
    List<Replacement> kills =
        worker.killed(
            deploy("bad", "1.0.2", "1.0.3"),
            KilledStackTest::isUndoing,
            report -> {
              if (at("deploy.1", Outcome.UNDOING).test(report)) {
                await(() -> starts(QUICK, "1.0.1") == 2 && starts(SLOW, "1.0.1") == 1);
              }
            });

    assertThat(kills.stream().map(Replacement::place)).containsExactly("deploy.2", "deploy.1");
    StatusReport end = assertEnded("bad", TaskState.ROLLED_BACK);
    assertRuns("1.0.1", 2);
    assertThat(starts(QUICK, "1.0.2")).isEqualTo(1);
    assertThat(starts(SLOW, "1.0.2")).isEqualTo(1);
    assertThat(stack.escalations(end.taskId()))
        .extracting(Escalation::trigger)
        .containsExactly(Escalation.Trigger.CRITICAL_DEPLOYMENT_FAILURE);
    assertThat(record().part(LEAF).quarantined()).hasSize(1);
    assertThat(record().part(SLOW).quarantined()).isEmpty();
  }

  @Test
  void cancelledAtAnyStepAStackRunsWhatItRanBefore() {
    for (String step : List.of("fetch", "deploy.1", "verify.1", "deploy.2", "verify.2")) {
      cancelled("at-" + step, at(step, Outcome.STARTED), () -> {});
    }
    int before = starts(QUICK, "1.0.2");
    cancelled(
        "amid-deploy.1",
        at("deploy.1", Outcome.STARTED),
        () -> await(() -> starts(QUICK, "1.0.2") == before + 1));
  }

  private void cancelled(String name, Predicate<StatusReport> place, Runnable wait) {
    TaskDispatch task = deploy(name, "1.0.2", "1.0.2");
    try (FollowedTask reports = new FollowedTask(stack.client, task.taskId())) {
      stack.dispatch(task);
      while (!place.test(reports.next())) {}
      wait.run();
      TaskCancel cancel = new TaskCancel(task.taskId(), target, "pm", "not now");
      stack.client.control(cancel).toCompletableFuture().join();
    }
    assertEnded(name, TaskState.CANCELLED);
    assertAllRun("1.0.1");
    assertThat(record().quarantined()).isEmpty();
  }

  @Test
  void killedAndThenCancelledAmidAWaveAStackRunsWhatItRanBefore() {
    TaskDispatch task = deploy("second", "1.0.2", "1.0.2");
    worker.killed(
        task,
        at("deploy.1", Outcome.STARTED),
        _ -> {
          await(() -> isStarted(QUICK, "1.0.2") && !isStarted(SLOW, "1.0.2"));
          TaskCancel cancel = new TaskCancel(task.taskId(), target, "pm", "not now");
          stack.client.control(cancel).toCompletableFuture().join();
        });
    assertEnded("second", TaskState.CANCELLED);
    assertAllRun("1.0.1");
  }

  private void assertDeployed(String name) {
    assertEnded(name, TaskState.SUCCEEDED);
    assertRuns("1.0.2", 1);
    assertThat(starts(QUICK, "1.0.1")).isEqualTo(1);
  }

  /** The task has one end, and the books are as complete as if nobody had been killed. */
  private StatusReport assertEnded(String name, TaskState state) {
    StatusReport end = stack.await(id(name));
    assertThat(end.state()).as("%s %s", name, end.reason()).isEqualTo(state);
    List<StatusReport> reports = stack.reports(end.taskId());
    Evidence.gapless(reports);
    assertThat(reports.stream().filter(it -> it.state().isEnd())).hasSize(1);
    assertThat(stack.audit(end.taskId())).isNotEmpty();
    return end;
  }

  private void assertRuns(String version, int starts) {
    assertAllRun(version);
    for (String name : NAMES) {
      assertThat(starts(name, version)).as("starts of %s %s", name, version).isEqualTo(starts);
    }
  }

  /** In the world and in the record, and nothing else does. */
  private void assertAllRun(String version) {
    for (String name : NAMES) {
      assertThat(sample.processes(target.part(name))).as(name).hasSize(1);
      assertThat(versions(name).getLast()).as(name).isEqualTo(version);
      assertThat(record().part(name).running().map(Release::version)).contains(version);
      assertThat(record().part(name).lastVerified().map(Release::version)).contains(version);
    }
  }

  private static boolean begins(StatusReport report) {
    return report.step().filter(step -> step.outcome() == Outcome.STARTED).isPresent();
  }

  private static boolean isUndoing(StatusReport report) {
    return report.step().filter(step -> step.outcome() == Outcome.UNDOING).isPresent();
  }

  private static Predicate<StatusReport> at(String step, Outcome outcome) {
    return report ->
        report.step().filter(it -> it.name().equals(step) && it.outcome() == outcome).isPresent();
  }

  private static void await(BooleanSupplier condition) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(condition::getAsBoolean);
  }

  private boolean isStarted(String name, String version) {
    return starts(name, version) > 0;
  }

  private int starts(String name, String version) {
    return (int) versions(name).stream().filter(version::equals).count();
  }

  /** The version of each start of the service, from first to last. */
  private List<String> versions(String name) {
    String prefix = "/" + target.part(name).service() + "/";
    return starts.stream()
        .filter(start -> start.startsWith(prefix))
        .map(start -> start.substring(prefix.length()))
        .toList();
  }

  private DeploymentRecord record() {
    return stack.deployment(target);
  }

  private String id(String name) {
    return target.service() + "." + name;
  }

  private TaskDispatch deploy(String id, String version, String leaf) {
    String parameters =
        "{\"services\": {\"api\": %s, \"db\": %s, \"web\": %s}}"
            .formatted(
                service(QUICK, version, 0, ""),
                service(SLOW, version, 3000, ""),
                service(LEAF, leaf, 0, "\"api\", \"db\""));
    return sample.task(id(id), "deploy", parameters, target);
  }

  private String service(String name, String version, int endsAfter, String after) {
    return """
    {"package": {"name": "sample", "version": "%s"}, "port": %d, "after": [%s],
     "env": {"STARTS": "http://127.0.0.1:%d/%s/", "ENDS_AFTER": "%d"},
     "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                "attempts": 20, "interval": "PT0.25S", "deadline": "PT10S", "soak": "PT1S"}}
    """
        .formatted(
            version,
            ports.get(name),
            after,
            ear.getAddress().getPort(),
            target.part(name).service(),
            endsAfter,
            version);
  }
}
