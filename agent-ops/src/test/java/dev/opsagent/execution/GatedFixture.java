package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.evidence.EvidenceTable;
import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.evidence.PolicyGate;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.outside.ClockWindow;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Freeze;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An engine behind gates: a policy and evidence that tests change as they go. */
abstract class GatedFixture extends EngineFixture {
  static final String REPOSITORY = "https://git.example/shop.git";
  static final String COMMIT = "c".repeat(40);
  static final Ask QA = new Ask(EvidenceKind.QA_RESULT, List.of("qa"), Optional.empty(), false);

  final EvidenceTable table = new EvidenceTable(1000, 100);
  GatePolicy policy = policy(List.of(QA), Optional.empty());
  Optional<Instant> frozen = Optional.empty();
  long sequence;

  GatedFixture() {
    gate = new PolicyGate(() -> policy, this::environments, table, _ -> Optional.empty(), true);
    engine = engine();
    world.subjects = List.of(Subject.commit(REPOSITORY, COMMIT));
  }

  void assertWaitsAfterRefusal(String why) {
    assertThat(journal.last("t1").state()).isEqualTo(TaskState.AWAITING_APPROVAL);
    assertThat(journal.last("t1").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.APPROVAL_REFUSED);
    assertThat(journal.last("t1").reason().orElseThrow().detail()).contains(why);
    assertThat(world.effects).isEmpty();
  }

  Requirements notBefore(Duration later) {
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

  void approvals(int count, List<String> from) {
    policy = policy(List.of(), Optional.of(new Approvals(count, from, true)));
  }

  static GatePolicy policy(List<Ask> asks, Optional<Approvals> approvals) {
    List<Rule> rules = List.of(new Rule("release", Set.of("push"), Set.of("*"), asks, approvals));
    return new GatePolicy(Digests.sha256(rules.toString()), Terms.DEFAULT, rules);
  }

  void say(Result result) {
    put(result);
    engine.gatesChanged();
    time.settle();
  }

  void put(Result result) {
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

  Environments environments() {
    Environment local = Environment.undeclared("local");
    return new Environments(List.of(frozen.map(it -> frozen(local, it)).orElse(local)));
  }

  Environment frozen(Environment local, Instant until) {
    LocalDateTime end = LocalDateTime.ofInstant(until, ZoneOffset.UTC);
    ClockWindow window = new ClockWindow.Once(end.minusDays(1), end);
    return local.frozen(
        List.of(new Freeze("release", window, ZoneOffset.UTC, Set.of(), Freeze.Held.CHANGES)));
  }

  void dispatch(String taskId) {
    dispatch(EngineFixture.order(taskId, "push", Requirements.NONE, false));
  }

  void approve(String taskId, String by, String plan) {
    engine.control(new TaskApprove(taskId, TARGET, by, plan), consumed(Input.CONTROL));
    time.settle();
  }

  void deny(String taskId, String by) {
    engine.control(
        new TaskDeny(taskId, TARGET, by, plan(taskId), "not now"), consumed(Input.CONTROL));
    time.settle();
  }

  List<String> kinds() {
    return journal.audit().stream().map(AuditRecord::kind).toList();
  }
}
