package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.evidence.PolicyGate;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApprovalTest extends GatedFixture {
  @Test
  void consentToThePlanLetsItRunAndIsProvedByItsRecord() {
    approvals(1, List.of());
    dispatch("t1");
    StatusReport waiting = journal.last("t1");
    assertThat(waiting.state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(waiting.waiting().orElseThrow().command())
        .isEqualTo("ops-agent approve t1 --plan " + plan("t1"));
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(journal.last("t1").gates().orElseThrow().approval().orElseThrow().given())
        .singleElement()
        .satisfies(it -> assertThat(it.by()).isEqualTo("ann"));
  }

  @Test
  void consentToAnotherPlanDoesNotCountAndItsSenderIsTold() {
    approvals(1, List.of());
    dispatch("t1");
    String digest = plan("t1");
    char last = digest.charAt(digest.length() - 1);
    String other = digest.substring(0, digest.length() - 1) + (last == '0' ? '1' : '0');
    approve("t1", "ann", other);
    assertWaitsAfterRefusal("another plan waits");
  }

  @Test
  void theRequesterIsNoSecondPerson() {
    approvals(1, List.of());
    dispatch("t1");
    approve("t1", "pm", plan("t1"));
    assertWaitsAfterRefusal("a second person must consent");
  }

  @Test
  void theSignerOfTheOrderIsNoSecondPersonEither() {
    approvals(1, List.of());
    TaskDispatch order = order("t1", "push", Requirements.NONE, false);
    Intent intent =
        new Intent(
            EventCodec.payloadDigest(order),
            Optional.empty(),
            Optional.empty(),
            Optional.of("robot"),
            Optional.of("robot-1"));
    engine.dispatch(order, intent, Optional.empty(), consumed(Input.TASKS));
    time.settle();
    approve("t1", "robot", plan("t1"));
    assertWaitsAfterRefusal("a second person must consent");
  }

  @Test
  void consentThatMustBeSignedDoesNotCountWhereNobodySigns() {
    gate = new PolicyGate(() -> policy, this::environments, table, _ -> Optional.empty(), false);
    engine = engine();
    approvals(1, List.of());
    byte[] yaml = "{compliance: {signed: true}}".getBytes(StandardCharsets.UTF_8);
    dispatch(order("t1", "push", Json.readYaml(yaml, Requirements.class), false));
    approve("t1", "ann", plan("t1"));
    assertWaitsAfterRefusal("consent must be signed");
  }

  @Test
  void onlyThoseWhoAreNamedMayConsent() {
    approvals(1, List.of("ann"));
    dispatch("t1");
    approve("t1", "mallory", plan("t1"));
    assertWaitsAfterRefusal("mallory is not among those who may: ann");
  }

  @Test
  void twoMustConsentWhereTwoAreAskedForAndOneTwiceIsOne() {
    approvals(2, List.of());
    dispatch("t1");
    approve("t1", "ann", plan("t1"));
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(journal.last("t1").waiting().orElseThrow().what()).contains("1 of 2 approvals");
    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void consentThatHasExpiredDoesNotCount() {
    approvals(2, List.of());
    dispatch("t1");
    approve("t1", "ann", plan("t1"));
    time.advance(Duration.ofHours(5));
    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whatIsSaidAboutAnotherTargetIsNotSaidAboutTheTask() {
    approvals(1, List.of());
    dispatch("t1");
    Target other = new Target("local", "other");
    TaskApprove elsewhere = new TaskApprove("t1", other, "ann", plan("t1"));
    engine.control(elsewhere, consumed(Input.CONTROL));
    engine.control(new TaskCancel("t1", other, "pm", "no longer"), consumed(Input.CONTROL));
    time.settle();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
  }

  @Test
  void whoDeniesEndsTheTask() {
    approvals(1, List.of());
    dispatch("t1");
    deny("t1", "ann");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.REJECTED);
    assertThat(journal.last("t1").reason().orElseThrow().code()).isEqualTo(ReasonCode.DENIED);
    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.REJECTED);
    assertThat(kinds().getLast()).isEqualTo("ignored");
    assertThat(world.effects).isEmpty();
  }

  @Test
  void ofTwoAnswersAtOnceTheFirstOnTheLogCounts() {
    approvals(1, List.of());
    dispatch("t1");
    TaskApprove yes = new TaskApprove("t1", TARGET, "ann", plan("t1"));
    TaskDeny no = new TaskDeny("t1", TARGET, "bob", plan("t1"), "not now");
    engine.control(yes, consumed(Input.CONTROL));
    engine.control(no, consumed(Input.CONTROL));
    time.settle();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(journal.audit())
        .filteredOn(record -> record.kind().equals("ignored"))
        .singleElement()
        .satisfies(record -> assertThat(record.actor()).isEqualTo("bob"));
  }

  @Test
  void anotherPolicyVoidsConsentAndThePlanIsMadeAnew() {
    approvals(2, List.of());
    dispatch("t1");
    String before = plan("t1");
    approve("t1", "ann", before);
    policy = policy(List.of(), Optional.of(new Approvals(1, List.of(), true)));
    engine.gatesChanged();
    time.settle();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(plan("t1")).isNotEqualTo(before);
    approve("t1", "bob", before);
    assertWaitsAfterRefusal("another plan waits");
    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aPlanThatChangesUnderItsConsentWaitsAgain() {
    approvals(1, List.of());
    dispatch("t1");
    String before = plan("t1");
    world.observed = "2";
    approve("t1", "ann", before);
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(plan("t1")).isNotEqualTo(before);
    assertThat(world.effects).isEmpty();
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void consentThatComesWhileThePlanIsMadeAnewCountsIfItComesOutTheSame() {
    askWhilePlanning(() -> engine.control(yes("ann", plan("t1")), consumed(Input.CONTROL)));

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(kinds()).containsSubsequence("woken", "approved", "gates-open");
    assertThat(journal.last("t1").gates().orElseThrow().approval().orElseThrow().given())
        .singleElement()
        .satisfies(it -> assertThat(it.by()).isEqualTo("ann"));
  }

  @Test
  void consentThatComesWhileThePlanIsMadeAnewIsVoidIfItComesOutOtherwise() {
    askWhilePlanning(() -> engine.control(yes("ann", plan("t1")), consumed(Input.CONTROL)), "2");

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(world.effects).noneMatch(it -> it.contains("t1"));
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whoMayNotConsentMayNotWhileThePlanIsMadeAnewEither() {
    askWhilePlanning(() -> {
      engine.control(yes("pm", plan("t1")), consumed(Input.CONTROL));
      engine.control(yes("ann", "sha256:" + "0".repeat(64)), consumed(Input.CONTROL));
    });

    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(journal.reports("t1"))
        .flatExtracting(it -> it.reason().stream().map(StatusReport.Reason::detail).toList())
        .anySatisfy(it -> assertThat(it).contains("a second person must consent"))
        .anySatisfy(it -> assertThat(it).contains("another plan waits"));
  }

  @Test
  void aPlanThatWasMadeUnderAPolicyThatHoldsNoMoreIsMadeAnew() {
    policy = policy(List.of(QA), Optional.of(new Approvals(1, List.of(), true)));
    GatePolicy next = policy(List.of(QA), Optional.of(new Approvals(1, List.of("ann"), true)));
    reading(() -> policy = next);
    say(Result.PASSED);
    dispatch("t1");

    StatusReport waiting = journal.last("t1");
    assertThat(kinds()).containsSubsequence("replanned", "awaiting-approval");
    assertThat(waiting.gates().orElseThrow().policy()).isEqualTo(next.digest());
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(kinds()).containsOnlyOnce("approved");
  }

  /** A rollback goes before a task that waits, whose plan is made anew; then the word comes. */
  private void askWhilePlanning(Runnable word) {
    askWhilePlanning(word, world.observed);
  }

  private void askWhilePlanning(Runnable word, String observed) {
    policy = policy(List.of(QA), Optional.of(new Approvals(1, List.of(), true)));
    say(Result.PASSED);
    dispatch("t1");
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    reading(word);
    world.observed = observed;
    dispatch(order("back", "rollback", Requirements.NONE, false));
  }

  /** Something happens while evidence is read, before the plan is there. */
  private void reading(Runnable event) {
    Runnable[] left = {event};
    gate =
        new PolicyGate(
            () -> policy,
            this::environments,
            table,
            _ -> {
              Runnable now = left[0];
              left[0] = () -> {};
              now.run();
              return Optional.empty();
            },
            true);
    restart();
  }

  private static TaskApprove yes(String by, String plan) {
    return new TaskApprove("t1", TARGET, by, plan);
  }

  @Test
  void anotherWorkerGoesOnWaitingWithTheTimeThatIsLeft() {
    approvals(2, List.of());
    dispatch("t1");
    approve("t1", "ann", plan("t1"));
    time.advance(Duration.ofHours(3));
    restart();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    approve("t1", "bob", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
    dispatch("t2");
    time.advance(Duration.ofHours(20));
    restart();
    time.advance(Duration.ofHours(5));
    assertThat(journal.last("t2").state()).isEqualTo(TaskState.EXPIRED);
    assertChained();
  }

  @Test
  void consentBeforeItsTimeIsNotSpent() {
    approvals(1, List.of());
    dispatch(order("t1", "push", notBefore(Duration.ofMinutes(30)), false));
    time.advance(Duration.ofMinutes(31));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }
}
