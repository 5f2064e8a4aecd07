package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.cli.drill.Outage;
import dev.opsagent.cli.drill.SteadyLoad;
import dev.opsagent.protocol.Deliverable.PerformanceMetrics;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What runs on a target is changed by a real worker: published packages, as processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployTest {
  private TestStack stack;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.start(folder);
  }

  @AfterAll
  void end() {
    stack.close();
  }

  /** Publishes 1.0.1 and 1.0.2, of which the second answers 500. */
  private SampleService published(String name) {
    SampleService service = stack.service(name);
    stack.run(service.publish(name + "-first"));
    service.commit("fix: breaks", Map.of("server.js", SampleService.server("1.0.2")));
    stack.run(service.publish(name + "-second"));
    assertThat(stack.registry.versions(name)).containsExactly("1.0.1", "1.0.2");
    return service;
  }

  @Test
  void aBadReleaseIsTakenBackByItselfAndNotTakenAgain() {
    SampleService service = published("bad");
    StatusReport first = stack.run(service.deploy("bad-1", "1.0.1"));
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(record(service).lastVerified().map(Release::version)).contains("1.0.1");

    StatusReport second = stack.run(service.deploy("bad-2", "1.0.2"));

    assertThat(second.state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(code(second)).contains(ReasonCode.UNHEALTHY);
    assertThat(second.changes()).isEmpty();
    assertThat(second.deliverables())
        .filteredOn(PerformanceMetrics.class::isInstance)
        .singleElement(InstanceOfAssertFactories.type(PerformanceMetrics.class))
        .satisfies(measured ->
            assertThat(measured.figures().get("recovery_seconds")).isBetween(0.0, 60.0));
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(service.processes()).hasSize(1);
    assertThat(record(service).running().map(Release::version)).contains("1.0.1");
    assertThat(record(service).quarantined()).hasSize(1);
    assertThat(stack.escalations("bad-2"))
        .singleElement()
        .satisfies(escalation ->
            assertThat(escalation.trigger())
                .isEqualTo(Escalation.Trigger.CRITICAL_DEPLOYMENT_FAILURE));
    assertThat(code(stack.run(service.deploy("bad-3", "1.0.2")))).contains(ReasonCode.QUARANTINED);

    String digest = record(service).quarantined().getFirst();
    stack.lift(service.target(), digest);
    assertThat(stack.run(service.deploy("bad-4", "1.0.2")).state())
        .isEqualTo(TaskState.ROLLED_BACK);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
  }

  @Test
  void blueGreenCallersNeverNoticeWhetherAReleaseIsGoodOrBad() {
    SampleService service = published("calm");
    service.commit("fix: serves", Map.of("server.js", SampleService.server("1.0.2") + "// more"));
    stack.run(service.publish("calm-third"));
    assertThat(stack.run(service.blueGreen("calm-1", "1.0.1")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    long begun = System.nanoTime();
    try (SteadyLoad load = SteadyLoad.on(service.address(), 200)) {
      StatusReport good = stack.run(service.blueGreen("calm-2", "1.0.3"));
      assertThat(good.state()).as("%s", good.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(service.answer()).isEqualTo("200 sample 1.0.3");

      StatusReport bad = stack.run(service.blueGreen("calm-3", "1.0.2"));
      assertThat(bad.state()).as("callers never reached it").isEqualTo(TaskState.FAILED);
      assertThat(code(bad)).contains(ReasonCode.UNHEALTHY);
      assertThat(bad.changes()).isEmpty();
      assertThat(service.answer()).isEqualTo("200 sample 1.0.3");
      assertThat(record(service).running().map(Release::version)).contains("1.0.3");

      StatusReport back = stack.run(service.task("calm-4", "rollback", "{}"));
      assertThat(back.state()).as("%s", back.reason()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(service.answer()).isEqualTo("200 sample 1.0.1");

      Outage outage = load.since(begun);
      assertThat(outage.requests()).isGreaterThan(100);
      assertThat(outage.failed()).as("%s", outage).isZero();
    }
    assertThat(stack.run(service.task("calm-5", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).startsWith("no answer");
    assertThat(stack.run(service.task("calm-6", "restart", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(stack.run(service.task("calm-7", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aServiceIsRestartedStoppedAndStartedAgain() {
    SampleService service = published("again");
    stack.run(service.deploy("again-1", "1.0.1"));
    List<Long> before = pids(service);

    StatusReport restarted = stack.run(service.task("again-2", "restart", "{}"));

    assertThat(restarted.state()).as("%s", restarted.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(pids(service)).hasSize(1).doesNotContainAnyElementsOf(before);

    assertThat(stack.run(service.task("again-3", "stop", "{}")).state())
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.processes()).isEmpty();
    assertThat(record(service).running()).isEmpty();
    assertThat(record(service).lastVerified().map(Release::version)).contains("1.0.1");

    StatusReport started = stack.run(service.task("again-4", "restart", "{}"));
    assertThat(started.state()).as("%s", started.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(record(service).running().map(Release::version)).contains("1.0.1");
  }

  private static List<Long> pids(SampleService service) {
    return service.processes().stream().map(ProcessHandle::pid).toList();
  }

  @Test
  void aServiceThatServesNoMoreAfterItsRestartIsAnOutage() {
    SampleService service = published("down");
    stack.run(service.deploy("down-1", "1.0.1"));
    String health =
        "{\"health\": {\"http\": {\"path\": \"/\", \"bodyContains\": \"another\"}, \"attempts\": 2}}";

    StatusReport end = stack.run(service.task("down-2", "restart", health));

    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(code(end)).contains(ReasonCode.UNHEALTHY);
    assertThat(stack.escalations("down-2"))
        .singleElement()
        .satisfies(it -> assertThat(it.trigger()).isEqualTo(Escalation.Trigger.OUTAGE));
  }

  @Test
  void aRollbackBringsTheReleaseBeforeBack() {
    SampleService service = stack.service("back");
    stack.run(service.publish("back-first"));
    service.commit("feat: more", Map.of("server.js", SampleService.server("9.9.9")));
    stack.run(service.publish("back-second"));
    assertThat(stack.registry.versions("back")).containsExactly("1.0.1", "1.0.2");
    stack.run(service.deploy("back-1", "1.0.1"));
    stack.run(service.deploy("back-2", "1.0.2"));
    assertThat(service.answer()).isEqualTo("200 sample 1.0.2");

    // Past every backlog, as one sends it when it burns.
    stack
        .client
        .dispatchAhead(service.task("back-3", "rollback", "{}"))
        .toCompletableFuture()
        .join();
    StatusReport end = stack.await("back-3");

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(service.processes()).hasSize(1);
    assertThat(record(service).running().map(Release::version)).contains("1.0.1");
    assertThat(code(stack.run(service.task("back-4", "rollback", "{}"))))
        .contains(ReasonCode.NO_ROLLBACK_TARGET);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
  }

  @Test
  void whatWasNeverDeployedCanNeitherBeRolledBackNorRestarted() {
    SampleService service = stack.service("never");
    assertThat(code(stack.run(service.task("never-1", "rollback", "{}"))))
        .contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(code(stack.run(service.task("never-2", "restart", "{}"))))
        .contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(code(stack.run(service.deploy("never-3", "1.0.1"))))
        .contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(service.processes()).isEmpty();
  }

  private DeploymentRecord record(SampleService service) {
    return stack.deployment(service.target());
  }

  private static Optional<ReasonCode> code(StatusReport report) {
    return report.reason().map(StatusReport.Reason::code);
  }
}
