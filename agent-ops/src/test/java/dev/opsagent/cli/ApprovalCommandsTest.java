package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.ApprovalCheck;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import dev.opsagent.protocol.GateReport.Piece;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Waiting;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApprovalCommandsTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  private static final Target TARGET = new Target("production", "shop");
  private static final String PLAN = Digests.sha256("plan");

  private final TestingBus bus = new TestingBus();
  private final TestingCall call = new TestingCall().with(bus::open).variable("USER", "ann");

  @Test
  void whyTellsEachDemandWithItsRuleAndTheRecordThatProvesIt() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("why", "t-1")).isZero();
    assertThat(call.out())
        .contains("AWAITING_APPROVAL", "waits for consent from a person", "becomes EXPIRED")
        .contains("stands qa.result on commit abc: passed  (rule production-release; from qa)")
        .contains("PASSED by qa", "agents.context/2@417")
        .contains("missing 0 of 1 approvals  (rule production-release)")
        .contains("plan " + PLAN);
  }

  @Test
  void whyForProgramsIsOneObject() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("why", "t-1", "--json")).isZero();
    JsonNode why = Json.readTree(call.out().getBytes(StandardCharsets.UTF_8));
    assertThat(why.at("/gates/plan").asString()).isEqualTo(PLAN);
    assertThat(why.at("/waiting/then").asString()).isEqualTo("EXPIRED");
  }

  @Test
  void whyOfATaskThatNobodyKnowsSaysSo() {
    assertThat(call.execute("why", "t-9")).isEqualTo(2);
    assertThat(call.err()).contains("no report of it is on the bus");
  }

  @Test
  void approvalsListsWhatWaitsForConsentNowAndNothingElse() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));
    bus.write(report("t-2", 1, TaskState.AWAITING_APPROVAL));
    bus.write(report("t-2", 2, TaskState.SUCCEEDED));
    bus.write(report("t-3", 1, TaskState.AWAITING_EVIDENCE));

    assertThat(call.execute("approvals", "-o", "jsonl")).isZero();
    assertThat(call.out().lines())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("\"taskId\":\"t-1\""));
  }

  @Test
  void approveConsentsToThePlanThatIsNamed() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("approve", "t-1", "--plan", PLAN)).isZero();
    assertThat(bus.sent()).containsExactly(new TaskApprove("t-1", TARGET, "ann", PLAN));
  }

  @Test
  void approveWithoutAPlanShowsItAndSendsNothing() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("approve", "t-1")).isEqualTo(2);
    assertThat(call.err()).contains("qa.result", "ops-agent approve t-1 --plan " + PLAN);
    assertThat(bus.sent()).isEmpty();
  }

  @Test
  void approveOfAnotherPlanSendsNothing() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("approve", "t-1", "--plan", Digests.sha256("old"))).isEqualTo(2);
    assertThat(call.err()).contains("another plan waits now: " + PLAN);
    assertThat(bus.sent()).isEmpty();
  }

  @Test
  void whatDoesNotWaitCannotBeAnswered() {
    bus.write(report("t-1", 1, TaskState.RUNNING));

    assertThat(call.execute("deny", "t-1", "--reason", "no")).isEqualTo(2);
    assertThat(call.err()).contains("it does not wait for approval: it is RUNNING");
    assertThat(bus.sent()).isEmpty();
  }

  @Test
  void denyRefusesThePlanThatWaitsAndNeedsAReason() {
    bus.write(report("t-1", 1, TaskState.AWAITING_APPROVAL));

    assertThat(call.execute("deny", "t-1")).isEqualTo(2);
    assertThat(call.execute("deny", "t-1", "--reason", "not now")).isZero();
    assertThat(bus.sent()).containsExactly(new TaskDeny("t-1", TARGET, "ann", PLAN, "not now"));
  }

  @Test
  void gatesShowsTheRulesAndPrintsTheFileToBeginWith() {
    assertThat(call.execute("gates")).isZero();
    assertThat(call.out())
        .contains(
            "production-release: deploy, push on production", "approvals: 1, not the requester");
    assertThat(new TestingCall().execute("gates", "--default")).isZero();
  }

  private static StatusReport report(String taskId, long revision, TaskState state) {
    Piece piece =
        new Piece(
            "qa",
            Result.PASSED,
            4,
            AT,
            AT.plusSeconds(60),
            "agents.context/2@417",
            Optional.empty());
    EvidenceCheck qa =
        new EvidenceCheck(
            EvidenceKind.QA_RESULT,
            List.of("production-release"),
            "commit abc",
            List.of("qa"),
            true,
            "passed",
            List.of(piece));
    ApprovalCheck approval =
        new ApprovalCheck(List.of("production-release"), 1, List.of(), List.of(), false);
    Waiting waiting =
        new Waiting("consent", "a person", AT, AT.plusSeconds(60), TaskState.EXPIRED, "approve it");
    return new StatusReport(
        taskId,
        "deploy",
        TARGET,
        state,
        revision,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.of(waiting),
        Optional.of(
            new GateReport(Digests.sha256("policy"), PLAN, List.of(qa), Optional.of(approval))),
        Optional.empty(),
        AT);
  }
}
