package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL to the worker before, during and after every step of a push. What ends a step and begins
 * the next is one transaction: after the one is before the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledWorkerTest {
  private static final int STEPS = 10;
  private static final Set<String> EFFECTS = Set.of("push-refs", "publish", "deploy");

  private TestStack stack;
  private WorkerProcess worker;
  private int machines;
  private final InstantSource clock = InstantSource.system();

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    worker = stack.startWorker().awaitReady();
  }

  @AfterAll
  void end() {
    stack.close();
  }

  /** One kill: where the task stood by its reports, and when the worker was gone. */
  private record Kill(StatusReport seen, Instant at) {
    String place() {
      return seen.step().map(StepReport::name).orElse(seen.state().name());
    }

    /** Whether the step was under way: its end was written down by the next worker. */
    boolean hit(List<StatusReport> reports) {
      return reports.stream()
          .filter(report -> report.step().filter(this::endsTheStep).isPresent())
          .allMatch(report -> report.at().isAfter(at));
    }

    private boolean endsTheStep(StepReport step) {
      Set<Outcome> ends =
          is(Outcome.UNDOING, seen)
              ? Set.of(Outcome.UNDONE, Outcome.REMAINS)
              : Set.of(Outcome.DONE, Outcome.ALREADY_DONE);
      return ends.contains(step.outcome()) && step.name().equals(place());
    }
  }

  @Test
  void fault_01_a_push_is_one_release_when_the_worker_is_killed_before_every_step(
      TestReporter reporter) {
    SampleService service = stack.service("before");
    SampleService bystander = stack.service("before-bystander");
    stack.dispatch(bystander.push("before-bystander-1"));

    List<Kill> kills =
        pushAndKill(service.push("before-1"), KilledWorkerTest::begins, report -> {});

    assertThat(kills).hasSize(2 + STEPS);
    reporter.publishEntry("kills", summary(kills, "before-1"));
    Evidence.released(stack, service, "before-1", "1.0.1");
    assertThat(stack.registry.versions("before")).containsExactly("1.0.1");
    stack.await("before-bystander-1");
    Evidence.released(stack, bystander, "before-bystander-1", "1.0.1");
  }

  @Test
  void fault_02_a_push_is_one_release_when_the_worker_is_killed_amid_every_step(
      TestReporter reporter) {
    long seed = Long.getLong("ops.test.seed", System.nanoTime());
    reporter.publishEntry("ops.test.seed", Long.toString(seed));
    Random random = new Random(seed);
    SampleService service = stack.service("amid");
    Map<String, Long> usual = durations(service);

    List<Kill> kills =
        pushAndKill(
            service.push("amid-2"),
            report -> is(Outcome.STARTED, report),
            report -> {
              String step = report.step().orElseThrow().name();
              pause(Duration.ofMillis(random.nextLong(1 + usual.getOrDefault(step, 0L) / 2)));
            });

    assertThat(kills).hasSize(STEPS);
    reporter.publishEntry("kills", summary(kills, "amid-2"));
    Evidence.released(stack, service, "amid-2", "1.0.2");
    assertThat(stack.registry.versions("amid")).containsExactly("1.0.1", "1.0.2");
  }

  /** How long each step takes when nobody is killed, in milliseconds. */
  private Map<String, Long> durations(SampleService service) {
    stack.run(service.push("amid-1"));
    Evidence.released(stack, service, "amid-1", "1.0.1");
    Map<String, Long> durations = new HashMap<>();
    for (StatusReport report : stack.reports("amid-1")) {
      report.step().ifPresent(step -> durations.put(step.name(), step.durationMillis()));
    }
    return durations;
  }

  @Test
  void fault_02_a_push_is_one_release_when_the_worker_is_killed_between_effect_and_record(
      TestReporter reporter) {
    SampleService service = stack.service("after");
    Map<String, BooleanSupplier> stands =
        Map.of(
            "push-refs", () -> service.isTagged("1.0.1"),
            "publish", () -> isPublished("after", "1.0.1"),
            "deploy", () -> !service.processes().isEmpty());

    List<Kill> kills =
        pushAndKill(
            service.push("after-1"),
            report -> isAt(EFFECTS, report),
            report -> await(stands, report));

    assertThat(kills.stream().map(Kill::place).collect(Collectors.toSet())).isEqualTo(EFFECTS);
    reporter.publishEntry("kills", summary(kills, "after-1"));
    List<StatusReport> reports = stack.reports("after-1");
    assertThat(kills).allSatisfy(kill -> assertThat(kill.hit(reports)).as(kill.place()).isTrue());
    Evidence.released(stack, service, "after-1", "1.0.1");
    assertThat(stack.registry.versions("after")).containsExactly("1.0.1");
  }

  @Test
  void fault_21_a_withdrawal_is_finished_when_the_worker_is_killed_in_every_undo(
      TestReporter reporter) {
    SampleService service = stack.service("undone");
    stack.run(service.push("undone-1"));
    Evidence.released(stack, service, "undone-1", "1.0.1");
    service.commit("feat: breaks", Map.of("server.js", SampleService.server("1.0.2")));

    List<Kill> kills =
        pushAndKill(service.push("undone-2"), report -> is(Outcome.UNDOING, report), report -> {});

    assertThat(kills.stream().map(Kill::place)).containsExactly("deploy", "publish", "push-refs");
    reporter.publishEntry("kills", summary(kills, "undone-2"));
    Evidence.withdrawn(stack, service, "undone-2", "1.0.2", "1.0.1");
    assertThat(stack.registry.versions("undone")).containsExactly("1.0.1", "1.0.2");
  }

  @Test
  void aPushIsFinishedByAMachineThatHasNothingOfItOnItsDisk(TestReporter reporter) {
    SampleService service = stack.service("moved");
    Map<String, BooleanSupplier> stands =
        Map.of(
            "commit", () -> true,
            "push-refs", () -> service.isTagged("1.0.1"),
            "publish", () -> isPublished("moved", "1.0.1"));

    List<Kill> kills =
        pushAndReplace(
            service.publish("moved-1"),
            report -> isAt(stands.keySet(), report),
            report -> await(stands, report),
            this::killAndMove);

    assertThat(kills).hasSize(stands.size());
    reporter.publishEntry("kills", summary(kills, "moved-1"));
    Evidence.published(stack, service, "moved-1", "1.0.1");
    assertThat(stack.registry.versions("moved")).containsExactly("1.0.1");
    var _ = killAndStart();
  }

  private Instant killAndMove() {
    return killAndStart(stack.folder.resolve("data-" + machines++));
  }

  @Test
  void fault_05_a_push_goes_on_when_the_worker_is_asked_to_stop_and_started_again() {
    SampleService service = stack.service("stopped");

    List<Kill> stops =
        pushAndReplace(
            service.push("stopped-1"),
            report -> isAt(Set.of("scripts", "publish", "deploy"), report),
            report -> {},
            this::stopAndStart);

    assertThat(stops).hasSize(3);
    Evidence.released(stack, service, "stopped-1", "1.0.1");
    assertThat(stack.registry.versions("stopped")).containsExactly("1.0.1");
  }

  private Instant stopAndStart() {
    Instant asked = clock.instant();
    worker.terminate();
    worker = stack.startWorker().awaitReady();
    return asked;
  }

  private static void await(Map<String, BooleanSupplier> stands, StatusReport report) {
    String step = report.step().orElseThrow().name();
    Awaitility.await(step)
        .atMost(Duration.ofMinutes(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> Optional.ofNullable(stands.get(step)).orElseThrow().getAsBoolean());
  }

  private boolean isPublished(String name, String version) {
    Path tarball = stack.registryStorage().resolve(name).resolve(name + "-" + version + ".tgz");
    return Files.exists(tarball);
  }

  /** What the test does between seeing the report and ending the worker. */
  private interface Wait {
    void after(StatusReport report);
  }

  /** Dispatches a push and replaces the worker once at every place that the test wants. */
  private List<Kill> pushAndKill(TaskDispatch push, Predicate<StatusReport> wanted, Wait wait) {
    return pushAndReplace(push, wanted, wait, this::killAndStart);
  }

  private List<Kill> pushAndReplace(
      TaskDispatch push, Predicate<StatusReport> wanted, Wait wait, Supplier<Instant> replace) {
    List<Kill> kills = new ArrayList<>();
    try (FollowedTask task = new FollowedTask(stack.client, push.taskId())) {
      stack.dispatch(push);
      StatusReport report = task.next();
      while (!report.state().isEnd()) {
        if (wanted.test(report)) {
          wait.after(report);
          kills.add(new Kill(report, replace.get()));
        }
        report = task.next();
      }
      StatusReport end = report;
      // On a busy machine the last step may have ended before it could be killed.
      long inTime = kills.stream().filter(kill -> kill.at().isBefore(end.at())).count();
      assertThat(inTime).as("%s", kills).isGreaterThanOrEqualTo(Math.max(1, kills.size() - 1));
    }
    return kills;
  }

  private Instant killAndStart() {
    return killAndStart(stack.data);
  }

  private Instant killAndStart(Path data) {
    worker.kill();
    Instant gone = clock.instant();
    worker = stack.startWorker(data).awaitReady();
    return gone;
  }

  private static boolean is(Outcome outcome, StatusReport report) {
    return report.step().filter(step -> step.outcome() == outcome).isPresent();
  }

  private static boolean isAt(Set<String> steps, StatusReport report) {
    return is(Outcome.STARTED, report)
        && report.step().filter(step -> steps.contains(step.name())).isPresent();
  }

  private static boolean begins(StatusReport report) {
    boolean noStep = report.step().isEmpty() && report.plan().isEmpty();
    return is(Outcome.STARTED, report) || noStep;
  }

  private static void pause(Duration duration) {
    Awaitility.await()
        .atMost(duration.plusSeconds(10))
        .pollInterval(duration.plusMillis(1))
        .pollDelay(duration)
        .until(() -> true);
  }

  private String summary(List<Kill> kills, String taskId) {
    List<StatusReport> reports = stack.reports(taskId);
    return kills.stream()
        .map(kill -> kill.place() + (kill.hit(reports) ? " (under way)" : " (just ended)"))
        .collect(Collectors.joining(", "));
  }
}
