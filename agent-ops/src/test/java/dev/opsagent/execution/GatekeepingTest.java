package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.evidence.EvidenceTable;
import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.evidence.PolicyGate;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.outside.ClockWindow;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Freeze;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.simulation.MemoryIndex;
import dev.opsagent.simulation.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GatekeepingTest {
  private static final Target TARGET = new Target("local", "shop");
  private static final String REPOSITORY = "https://git.example/shop.git";
  private static final String COMMIT = "c".repeat(40);
  private static final Ask QA =
      new Ask(EvidenceKind.QA_RESULT, List.of("qa"), Optional.empty(), false);

  private final VirtualTime time = new VirtualTime();
  private final RecordedJournal journal = new RecordedJournal();
  private final ScriptedOperation world = new ScriptedOperation();
  private final EvidenceTable table = new EvidenceTable(1000, 100);
  private GatePolicy policy = policy(List.of(QA), Optional.empty());
  private MemoryIndex index = new MemoryIndex();
  private long offset;
  private Optional<Instant> frozen = Optional.empty();
  private long sequence;
  private PartitionEngine engine = engine();

  GatekeepingTest() {
    world.subjects = List.of(Subject.commit(REPOSITORY, COMMIT));
  }

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
            Optional.of("robot"));
    engine.dispatch(order, intent, Optional.empty(), consumed(Input.TASKS));
    time.settle();
    approve("t1", "robot", plan("t1"));
    assertWaitsAfterRefusal("a second person must consent");
  }

  @Test
  void onlyThoseWhoAreNamedMayConsent() {
    approvals(1, List.of("ann"));
    dispatch("t1");
    approve("t1", "mallory", plan("t1"));
    assertWaitsAfterRefusal("mallory is not among those who may: ann");
  }

  private void assertWaitsAfterRefusal(String why) {
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(journal.last("t1").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.APPROVAL_REFUSED);
    assertThat(journal.last("t1").reason().orElseThrow().detail()).contains(why);
    assertThat(world.effects).isEmpty();
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
    engine.control(elsewhere, Optional.empty(), consumed(Input.CONTROL));
    engine.control(
        new TaskCancel("t1", other, "pm", "no longer"), Optional.empty(), consumed(Input.CONTROL));
    time.settle();
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
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
    engine.control(yes, Optional.empty(), consumed(Input.CONTROL));
    engine.control(no, Optional.empty(), consumed(Input.CONTROL));
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
  void consentBeforeItsTimeIsNotSpent() {
    approvals(1, List.of());
    dispatch(order("t1", "push", notBefore(Duration.ofMinutes(30)), false));
    time.advance(Duration.ofMinutes(31));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    approve("t1", "ann", plan("t1"));
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.SUCCEEDED);
  }

  private Requirements notBefore(Duration later) {
    Requirements.Timeline timeline =
        new Requirements.Timeline(Optional.of(time.now().plus(later)), Optional.empty());
    return new Requirements(
        Optional.empty(),
        Optional.empty(),
        Optional.of(timeline),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aTaskThatWaitsCanBeCancelled() {
    dispatch("t1");
    engine.control(
        new TaskCancel("t1", TARGET, "pm", "no longer"), Optional.empty(), consumed(Input.CONTROL));
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

  private void approvals(int count, List<String> from) {
    policy = policy(List.of(), Optional.of(new Approvals(count, from, true)));
  }

  private static GatePolicy policy(List<Ask> asks, Optional<Approvals> approvals) {
    List<Rule> rules = List.of(new Rule("release", Set.of("push"), Set.of("*"), asks, approvals));
    return new GatePolicy(Digests.sha256(rules.toString()), Terms.DEFAULT, rules);
  }

  private void say(Result result) {
    put(result);
    engine.gatesChanged();
    time.settle();
  }

  private void put(Result result) {
    sequence++;
    Evidence word =
        new QaResult(
            new Evidence.Subject(
                REPOSITORY, COMMIT, Optional.empty(), Optional.empty(), Optional.empty()),
            "qa",
            sequence,
            result,
            time.now(),
            time.now().plus(Duration.ofDays(30)),
            Optional.empty());
    table.put(new Piece(word, "agents.context/0@" + sequence));
  }

  private Environments environments() {
    Environment local = Environment.undeclared("local");
    return new Environments(List.of(frozen.map(it -> frozen(local, it)).orElse(local)));
  }

  private Environment frozen(Environment local, Instant until) {
    LocalDateTime end = LocalDateTime.ofInstant(until, ZoneOffset.UTC);
    ClockWindow window = new ClockWindow.Once(end.minusDays(1), end);
    return local.frozen(
        List.of(new Freeze("release", window, ZoneOffset.UTC, Set.of(), Freeze.Held.CHANGES)));
  }

  private PartitionEngine engine() {
    PartitionEngine.Ports ports =
        new PartitionEngine.Ports(
            journal.open(time),
            index,
            new AuditChain(),
            Map.of(world.name(), world, "rollback", new Overtaking(world)),
            PlanAuthority.ANY,
            new PolicyGate(() -> policy, this::environments, table, _ -> Optional.empty()),
            time,
            time,
            attempt -> Duration.ofSeconds(attempt),
            Guards.NONE,
            _ -> {},
            (_, _, _) -> {},
            EngineListener.NONE);
    return new PartitionEngine(0, ports, PartitionSettings.DEFAULT);
  }

  private void restart() {
    engine.lost();
    time.settle();
    index = new MemoryIndex();
    engine = engine();
    engine.restore(journal.fold(index));
    time.settle();
  }

  private void dispatch(String taskId) {
    dispatch(order(taskId, "push", Requirements.NONE, false));
  }

  private void dispatch(TaskDispatch order) {
    engine.dispatch(
        order, EventCodec.payloadDigest(order), Optional.empty(), consumed(Input.TASKS));
    time.settle();
  }

  private static TaskDispatch order(
      String taskId, String operation, Requirements requirements, boolean dryRun) {
    return new TaskDispatch(
        taskId,
        operation,
        TARGET,
        Optional.empty(),
        Json.mapper().createObjectNode(),
        requirements,
        List.of(),
        "pm",
        dryRun,
        Optional.empty());
  }

  private void approve(String taskId, String by, String plan) {
    engine.control(
        new TaskApprove(taskId, TARGET, by, plan), Optional.empty(), consumed(Input.CONTROL));
    time.settle();
  }

  private void deny(String taskId, String by) {
    engine.control(
        new TaskDeny(taskId, TARGET, by, plan(taskId), "not now"),
        Optional.empty(),
        consumed(Input.CONTROL));
    time.settle();
  }

  private Consumed consumed(Input input) {
    return new Consumed(input, offset++);
  }

  /** The plan that was announced last. */
  private String plan(String taskId) {
    return journal.reports(taskId).stream()
        .flatMap(report -> report.plan().stream())
        .reduce((_, last) -> last)
        .orElseThrow()
        .digest();
  }

  private List<String> kinds() {
    return journal.audit().stream().map(AuditRecord::kind).toList();
  }

  private void assertChained() {
    AuditChain chain = new AuditChain();
    for (AuditRecord record : journal.audit()) {
      assertThat(chain.verify(record)).isEmpty();
    }
  }
}
