package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatekeepingTest extends GatedFixture {
  @Test
  void missingEvidenceIsWaitedForAndWhatArrivesLetsTheTaskRun() {
    dispatch("t1");
    StatusReport waiting = journal.last("t1");
    assertThat(waiting.state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    assertThat(waiting.reason().orElseThrow().code()).isEqualTo(ReasonCode.EVIDENCE_MISSING);
    assertThat(waiting.waiting().orElseThrow().sentence())
        .contains("qa.result on commit " + COMMIT)
        .contains("none was sent by qa")
        .contains("from qa since")
        .contains("becomes EXPIRED")
        .contains("ops-agent why t1");
    assertThat(world.effects).isEmpty();
    say(Result.PASSED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(journal.last("t1").gates().orElseThrow().evidence().getFirst().found().getFirst())
        .satisfies(piece -> assertThat(piece.address()).isEqualTo("agents.context/0@1"));
    assertThat(journal.audit())
        .filteredOn(record -> record.kind().equals("gates-open"))
        .singleElement()
        .satisfies(record ->
            assertThat(record.summary())
                .contains("qa.result PASSED by qa at agents.context/0@1")
                .contains("gate policy " + policy.digest()));
  }

  @Test
  void whatNobodySendsExpiresAndSaysWhatWasMissing() {
    dispatch("t1");
    time.advance(Duration.ofHours(23));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    time.advance(Duration.ofHours(2));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.EXPIRED);
    assertThat(journal.last("t1").reason().orElseThrow().detail()).contains("missing: qa.result");
    assertThat(world.effects).isEmpty();
  }

  @Test
  void aTasksOwnTimeEndsItsWaitsToo() {
    Requirements wanted =
        new Requirements(
            Optional.empty(),
            Optional.of(Duration.ofMinutes(10)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    dispatch(order("t1", "push", wanted, false));
    time.advance(Duration.ofMinutes(9));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    restart();
    time.advance(Duration.ofMinutes(2));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.EXPIRED);
  }

  @Test
  void failedEvidenceKeepsATaskWaitingUntilALaterWordOfTheSameIssuerSaysOtherwise() {
    dispatch("t1");
    say(Result.FAILED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    assertThat(journal.last("t1").reason().orElseThrow().detail()).contains("FAILED by qa");
    say(Result.PASSED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void evidenceThatFailsBeforeTheFirstEffectStopsTheTask() {
    world.looksFirst = true;
    say(Result.PASSED);
    world.beforeEffect =
        () -> {
          if (world.effects.isEmpty()) {
            put(Result.WITHDRAWN);
            engine.gatesChanged();
          }
        };
    dispatch("t1");
    time.advance(Duration.ofMinutes(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.FAILED);
    assertThat(journal.last("t1").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.EVIDENCE_REVOKED);
    assertThat(world.effects).containsExactly("check t1/look");
  }

  @Test
  void evidenceThatFailsUnnoticedIsAskedAgainRightBeforeTheFirstEffect() {
    world.looksFirst = true;
    say(Result.PASSED);
    world.beforeEffect = () -> put(Result.FAILED);
    dispatch("t1");
    assertThat(journal.last("t1").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.EVIDENCE_REVOKED);
    assertThat(world.effects).containsExactly("check t1/look");
  }

  @Test
  void aFirstEffectThatIsHeldBackHasNotHappenedAndIsStoppedWhenEvidenceFails() {
    guards = _ -> new Guards.Held(Duration.ofMinutes(5), "too many at once");
    engine = engine();
    say(Result.PASSED);
    dispatch("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.RUNNING);
    say(Result.WITHDRAWN);
    time.advance(Duration.ofMinutes(6));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.FAILED);
    assertThat(journal.last("t1").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.EVIDENCE_REVOKED);
    assertThat(world.effects).isEmpty();
  }

  @Test
  void goingBackAndForthBetweenItsWaitsMakesThemNoLonger() {
    policy = policy(List.of(QA), Optional.of(new Approvals(1, List.of(), true)));
    say(Result.PASSED);
    dispatch("t1");
    for (int hours = 0; hours < 22; hours++) {
      assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
      time.advance(Duration.ofHours(1));
      say(Result.WITHDRAWN);
      assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
      time.advance(Duration.ofMinutes(1));
      say(Result.PASSED);
    }
    time.advance(Duration.ofMinutes(125));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.EXPIRED);
  }

  @Test
  void aPointInTimeIsHeldOverTheTimeInWhichNobodyWorked() {
    Requirements wanted =
        new Requirements(
            Optional.of(time.now().plus(Duration.ofHours(1))),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    dispatch(order("t1", "push", wanted, false));
    engine.lost();
    time.advance(Duration.ofHours(2));
    restart();
    time.advance(Duration.ofSeconds(1));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.EXPIRED);
  }

  @Test
  void evidenceThatFailsAfterTheFirstEffectStopsNothingAndIsSaid() {
    say(Result.PASSED);
    world.beforeEffect =
        () -> {
          if (world.effects.size() == 1) {
            put(Result.FAILED);
            engine.gatesChanged();
          }
        };
    dispatch("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(kinds()).containsOnlyOnce("evidence-late");
  }

  @Test
  void aFreezeThatBeganDuringTheWaitIsWaitedForAsWell() {
    approvals(1, List.of());
    dispatch("t1");
    frozen = Optional.of(time.now().plus(Duration.ofHours(3)));
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ACCEPTED);
    time.advance(Duration.ofHours(2));
    assertThat(world.effects).isEmpty();
    time.advance(Duration.ofMinutes(61));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void evidenceThatCameWhileNobodyWorkedIsSeenAfterTheRestart() {
    dispatch("t1");
    engine.lost();
    put(Result.PASSED);
    restart();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void theEndOfEvidenceWhileConsentIsWaitedForBringsTheTaskBackToWaitingForEvidence() {
    policy = policy(List.of(QA), Optional.of(new Approvals(1, List.of(), true)));
    say(Result.PASSED);
    dispatch("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    say(Result.WITHDRAWN);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    say(Result.PASSED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aRollbackGoesBeforeATaskThatOnlyWaitsWhosePlanIsMadeAnewAfterIt() {
    dispatch("t1");
    dispatch("t2");
    world.beforeEffect = () -> world.observed = "2";
    dispatch(order("back", "rollback", Requirements.NONE, false));
    assertThat(journal.last("back").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    assertThat(kinds()).contains("woken");
    say(Result.PASSED);
    assertThat(world.effects)
        .containsSubsequence("do back/one", "do t1/one", "do t1/three", "do t2/one");
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aTaskBeforeItsTimeWaitsForItAndRunsThen() {
    policy = policy(List.of(), Optional.empty());
    dispatch(order("t1", "push", notBefore(Duration.ofHours(10)), false));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ACCEPTED);
    assertThat(journal.last("t1").reason().orElseThrow().code()).isEqualTo(ReasonCode.TOO_EARLY);
    assertThat(journal.last("t1").waiting().orElseThrow().sentence()).contains("its notBefore is");
    restart();
    time.advance(Duration.ofHours(9));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.ACCEPTED);
    time.advance(Duration.ofMinutes(61));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(kinds()).containsOnlyOnce("held-back");
  }

  @Test
  void aTaskThatWaitsCanBeCancelled() {
    dispatch("t1");
    engine.control(new TaskCancel("t1", TARGET, "pm", "no longer"), consumed(Input.CONTROL));
    time.settle();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.CANCELLED);
    assertThat(world.effects).isEmpty();
  }

  @Test
  void aDryRunShowsWhatItsRunWouldWaitFor() {
    approvals(1, List.of("ann"));
    dispatch(order("dry", "push", Requirements.NONE, true));
    dispatch("t1");
    StatusReport dry = journal.last("dry");
    assertThat(dry.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(dry.gates().orElseThrow().opens()).isFalse();
    assertThat(plan("dry")).isEqualTo(plan("t1"));
  }

  @Test
  void aTasksOwnDemandIsAddedToThePolicy() {
    policy = policy(List.of(), Optional.empty());
    TaskDispatch order =
        new TaskDispatch(
            "t1",
            "push",
            TARGET,
            Optional.empty(),
            Json.mapper().createObjectNode(),
            Requirements.NONE,
            List.of(EvidenceKind.QA_RESULT),
            "pm",
            false,
            Optional.empty());
    dispatch(order);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_EVIDENCE);
    say(Result.PASSED);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }
}
