package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.endtoend.Replacements.Replacement;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
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
  private Replacements worker;
  private int machines;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    worker = new Replacements(stack);
  }

  @AfterAll
  void end() {
    stack.close();
  }

  @Test
  void fault_01_a_push_is_one_release_when_the_worker_is_killed_before_every_step(
      TestReporter reporter) {
    SampleService service = stack.service("before");
    SampleService bystander = stack.service("before-bystander");
    stack.dispatch(bystander.push("before-bystander-1"));

    List<Replacement> kills =
        worker.killed(service.push("before-1"), KilledWorkerTest::begins, report -> {});

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

    List<Replacement> kills =
        worker.killed(
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

    List<Replacement> kills =
        worker.killed(
            service.push("after-1"),
            report -> isAt(EFFECTS, report),
            report -> await(stands, report));

    assertThat(kills.stream().map(Replacement::place).collect(Collectors.toSet()))
        .isEqualTo(EFFECTS);
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

    List<Replacement> kills =
        worker.killed(
            service.push("undone-2"), report -> is(Outcome.UNDOING, report), report -> {});

    assertThat(kills.stream().map(Replacement::place))
        .containsExactly("deploy", "publish", "push-refs");
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

    List<Replacement> kills =
        worker.replaced(
            service.publish("moved-1"),
            report -> isAt(stands.keySet(), report),
            report -> await(stands, report),
            () -> worker.kill(stack.folder.resolve("data-" + machines++)));

    assertThat(kills).hasSize(stands.size());
    reporter.publishEntry("kills", summary(kills, "moved-1"));
    Evidence.published(stack, service, "moved-1", "1.0.1");
    assertThat(stack.registry.versions("moved")).containsExactly("1.0.1");
    var _ = worker.kill();
  }

  @Test
  void fault_05_a_push_goes_on_when_the_worker_is_asked_to_stop_and_started_again() {
    SampleService service = stack.service("stopped");

    List<Replacement> stops =
        worker.replaced(
            service.push("stopped-1"),
            report -> isAt(Set.of("scripts", "publish", "deploy"), report),
            report -> {},
            worker::terminate);

    assertThat(stops).hasSize(3);
    Evidence.released(stack, service, "stopped-1", "1.0.1");
    assertThat(stack.registry.versions("stopped")).containsExactly("1.0.1");
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

  private String summary(List<Replacement> kills, String taskId) {
    List<StatusReport> reports = stack.reports(taskId);
    return kills.stream()
        .map(kill -> kill.place() + (kill.hit(reports) ? " (under way)" : " (just ended)"))
        .collect(Collectors.joining(", "));
  }
}
