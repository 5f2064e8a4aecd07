package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TaskCommandsTest {
  private static final String TASK =
      """
      taskId: t-1
      operation: push
      target: {environment: local, service: shop}
      repository: {url: "https://git.example.org/shop.git"}
      parameters: {bump: patch}
      requirements: {}
      requiredEvidence: []
      requestedBy: pm
      dryRun: false
      """;

  private final TestingBus bus = new TestingBus();
  private final TestingCall call = new TestingCall().with(bus::open).stdin(TASK);

  @Test
  void dispatchSendsTheTaskAndTellsWhereItLies() {
    assertThat(call.execute("dispatch", "-")).isZero();
    assertThat(bus.sent()).singleElement().isInstanceOf(TaskDispatch.class);
    assertThat(call.out())
        .contains("sent task t-1 for local/shop as pm.tasks/0@0", "watch --task t-1");
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCEEDED,0",
    "FAILED,1",
    "ROLLED_BACK,3",
    "REJECTED,4",
    "AWAITING_DECISION,5",
    "AWAITING_APPROVAL,5",
    "IN_DOUBT,6",
    "CANCELLED,7",
    "EXPIRED,7",
    "RUNNING,124"
  })
  void exitCodeTellsHowTheTaskEnded(TaskState state, int exitCode) {
    bus.answer(_ -> bus.write(report("t-1", 1, state)));

    assertThat(call.execute("dispatch", "-", "--wait", "--timeout", "300ms")).isEqualTo(exitCode);
    assertThat(call.out()).contains("t-1#1", state.name()).doesNotContain("\u001b");
  }

  @Test
  void aWaitThatRunsOutSaysThatTheTaskGoesOnAndHowToFollowIt() {
    bus.answer(_ -> bus.write(report("t-1", 1, TaskState.RUNNING)));

    assertThat(call.execute("dispatch", "-", "--wait", "--timeout", "300ms")).isEqualTo(124);
    assertThat(call.err()).contains("t-1 is RUNNING and goes on", "watch --task t-1");
  }

  @Test
  void nobodyAnsweringIsATimeoutThatSaysWhatToDo() {
    assertThat(call.execute("dispatch", "-", "--wait", "--timeout", "50ms")).isEqualTo(124);
    assertThat(call.err()).contains("no worker has reported on it", "ops-agent worker");
  }

  @Test
  void jsonIsTheEndReportAloneAndProgressIsTalk() {
    bus.answer(_ -> {
      bus.write(report("t-1", 1, TaskState.ACCEPTED));
      bus.write(report("other", 1, TaskState.FAILED));
      bus.write(report("t-1", 2, TaskState.SUCCEEDED));
    });

    assertThat(call.execute("dispatch", "-", "--wait", "--json")).isZero();
    assertThat(json().get("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(call.err()).contains("t-1#1", "t-1#2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "taskId: t-1|operation is required",
        "{\"taskId\": 7|stdin",
        "''|stdin",
        "[1]|stdin"
      })
  void badTaskIsRefusedBeforeABrokerIsAsked(String text, String named) {
    TestingCall bad =
        new TestingCall()
            .stdin(text)
            .with(_ -> {
              throw new AssertionError("no broker may be asked");
            });

    assertThat(bad.execute("dispatch", "-")).isEqualTo(2);
    assertThat(bad.err()).contains("stdin", named);
    assertThat(bad.out()).isEmpty();
  }

  @Test
  void planDispatchesADryRunUnderAnIdOfItsOwnAndPrintsThePlan() {
    PlanReport plan =
        new PlanReport(
            "sha256:" + "a".repeat(64),
            List.of(
                new PlannedStepReport(
                    "release",
                    "push main and v1.0.1 to origin",
                    "forward-only",
                    List.of("git-refs refs/tags/v1.0.1"),
                    List.of("package.json"))));
    bus.answer(message -> {
      String id = ((TaskDispatch) message).taskId();
      bus.write(planned(id, plan));
      bus.write(report(id, 2, TaskState.SUCCEEDED));
    });

    assertThat(call.execute("plan", "-")).isZero();
    TaskDispatch sent = (TaskDispatch) bus.sent().getFirst();
    assertThat(sent.dryRun()).isTrue();
    assertThat(sent.taskId()).startsWith("t-1.plan-");
    assertThat(call.out())
        .contains(
            "push local/shop: 1 steps, plan sha256:aaaa",
            "  1  release        push main and v1.0.1 to origin (forward-only)",
            "effect  git-refs refs/tags/v1.0.1",
            "path    package.json");
  }

  @Test
  void watchOfATaskShowsAllItsReportsAndEndsWithIt() {
    bus.write(report("t-1", 1, TaskState.ACCEPTED));
    bus.write(report("t-1", 2, TaskState.FAILED));

    assertThat(call.execute("watch", "--task", "t-1", "--json")).isEqualTo(1);
    assertThat(json()).hasSize(2);
    assertThat(call.err()).isEmpty();
  }

  @Test
  void cancelFindsTheTargetInTheReports() {
    bus.write(report("t-1", 1, TaskState.RUNNING));

    assertThat(call.variable("USER", "ada").execute("cancel", "t-1", "--reason", "wrong")).isZero();
    assertThat(bus.sent())
        .containsExactly(new TaskCancel("t-1", new Target("local", "shop"), "ada", "wrong"));
  }

  @Test
  void cancelOfATaskThatNobodyKnowsAsksForItsTarget() {
    assertThat(call.execute("cancel", "t-9")).isEqualTo(2);
    assertThat(call.err()).contains("--target ENVIRONMENT/SERVICE");
    assertThat(bus.sent()).isEmpty();
  }

  @Test
  void resolveTakesItsDecisionInSmallLetters() {
    assertThat(call.execute("resolve", "t-1", "undone", "--target", "local/shop")).isZero();
    Message sent = bus.sent().getFirst();
    assertThat(sent)
        .isInstanceOfSatisfying(
            TaskResolve.class,
            it -> assertThat(it.decision()).isEqualTo(TaskResolve.Decision.UNDONE));
  }

  @Test
  void resolveListsTheDecisionsWhenItIsGivenAnother() {
    assertThat(call.execute("resolve", "t-1", "perhaps", "--json")).isEqualTo(2);
    assertThat(call.err()).contains("\"validValues\"", "\"abandon\"");
  }

  @Test
  void liftSendsTheDigestWithItsReason() {
    assertThat(
            call.execute("lift", "local/shop", "sha256:ab", "--by", "ana", "--reason", "network"))
        .isZero();
    assertThat(bus.sent())
        .singleElement()
        .isEqualTo(new QuarantineLift(new Target("local", "shop"), "ana", "sha256:ab", "network"));
  }

  @Test
  void liftNeedsAReason() {
    assertThat(call.execute("lift", "local/shop", "sha256:ab")).isEqualTo(2);
    assertThat(bus.sent()).isEmpty();
  }

  private JsonNode json() {
    return Json.readTree(call.out().getBytes(StandardCharsets.UTF_8));
  }

  private static StatusReport report(String taskId, long revision, TaskState state) {
    return report(taskId, revision, state, Optional.empty());
  }

  private static StatusReport planned(String taskId, PlanReport plan) {
    return report(taskId, 1, TaskState.RUNNING, Optional.of(plan));
  }

  private static StatusReport report(
      String taskId, long revision, TaskState state, Optional<PlanReport> plan) {
    return new StatusReport(
        taskId,
        "push",
        new Target("local", "shop"),
        state,
        revision,
        Optional.empty(),
        Optional.empty(),
        plan,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.parse("2026-01-02T03:04:05Z"));
  }
}
