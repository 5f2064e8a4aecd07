package dev.opsagent.execution;

import static java.util.stream.Collectors.joining;

import dev.opsagent.execution.Gate.Given;
import dev.opsagent.execution.Gate.Question;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.execution.Gating.Wait;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.ApprovalCheck;
import dev.opsagent.protocol.GateReport.Consent;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a task comes past its gates: what is missing is waited for, within a deadline, and whatever
 * ends a wait has the plan made anew, because the world may have moved meanwhile.
 */
final class Gatekeeping {
  private final Gate gate;
  private final Map<String, Operation> operations;
  private final PartitionSettings settings;

  Gatekeeping(Gate gate, Map<String, Operation> operations, PartitionSettings settings) {
    this.gate = gate;
    this.operations = operations;
    this.settings = settings;
  }

  /** What the gates say of the task's plan now; empty when they ask for nothing. */
  Optional<GateReport> judge(TaskRecord task, Instant now) {
    return gate.judge(question(task, now)).filter(it -> !it.saysNothing());
  }

  private Question question(TaskRecord task, Instant now) {
    return new Question(
        task.dispatch(),
        task.signer(),
        task.plan().map(Plan::digest).orElseGet(() -> asked(task)),
        subjects(task),
        task.gating().map(Gating::given).orElse(List.of()),
        now);
  }

  /** The plan that was judged last. */
  private static String asked(TaskRecord task) {
    return task.gating().orElseThrow().report().plan();
  }

  private List<Subject> subjects(TaskRecord task) {
    return Optional.ofNullable(operations.get(task.dispatch().operation()))
        .map(it -> it.subjects(task.dispatch(), task.known()))
        .orElse(List.of());
  }

  /** Notes what the gates say of a plan that was just made. */
  static TaskRecord noted(TaskRecord task, Optional<GateReport> judged) {
    return judged
        .map(report ->
            task.gating(
                task.gating()
                    .map(it -> it.report(report))
                    .orElse(new Gating(report, List.of(), List.of()))))
        .orElse(task);
  }

  /** Says in report and audit why the task may run. */
  static void open(Change change) {
    change
        .record()
        .gating()
        .ifPresent(it ->
            change.state("gates-open", "ops-agent", "may run: " + proof(it.report()), none()));
  }

  /** The task waits for what is missing. */
  Transition park(Change change) {
    TaskRecord task = change.record();
    Gating gating = task.gating().orElseThrow();
    TaskState state = waitsFor(gating.report());
    Terms terms = gate.terms();
    Duration whole = state == TaskState.AWAITING_EVIDENCE ? terms.evidence() : terms.approval();
    Instant now = change.now();
    Wait wait =
        gating
            .in(state)
            .map(it -> new Wait(state, it.since(), until(task, now, it.left()), it.left()))
            .orElseGet(() -> new Wait(state, now, until(task, now, whole), whole));
    change.set(task.gating(gating.with(wait)).with(state).budget(wait.left()));
    return tell(change).then(Command.IDLE);
  }

  /** A task's own deadline ends its waits too. */
  private static Instant until(TaskRecord task, Instant now, Duration whole) {
    return Deadlines.ownEnd(task).orElse(now.plus(whole));
  }

  private static TaskState waitsFor(GateReport report) {
    return report.missing().isEmpty() ? TaskState.AWAITING_APPROVAL : TaskState.AWAITING_EVIDENCE;
  }

  private static Change tell(Change change) {
    TaskRecord task = change.record();
    GateReport report = task.gating().orElseThrow().report();
    String kind = task.state().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    String what = missing(report);
    ReasonCode code =
        task.state() == TaskState.AWAITING_EVIDENCE
            ? ReasonCode.EVIDENCE_MISSING
            : ReasonCode.APPROVAL_MISSING;
    Reason reason = new Reason(code, what, Optional.empty());
    return change.state(kind, "ops-agent", what + "; " + proof(report), Optional.of(reason));
  }

  /** What is missing, in words; of consent only once all evidence stands. */
  static String missing(GateReport report) {
    List<EvidenceCheck> evidence = report.missing();
    if (!evidence.isEmpty()) {
      return evidence.stream()
          .map(it -> "%s on %s: %s".formatted(it.kind().id(), it.about(), it.detail()))
          .collect(joining("; "));
    }
    return report
        .approval()
        .filter(it -> !it.satisfied())
        .map(it ->
            "%d of %d approvals of plan %s"
                .formatted(it.given().size(), it.needed(), report.plan()))
        .orElse("nothing");
  }

  /** Who can give it. */
  static String whom(GateReport report) {
    List<String> names =
        report.missing().isEmpty()
            ? report.approval().map(ApprovalCheck::from).orElse(List.of())
            : report.missing().stream().flatMap(it -> it.from().stream()).distinct().toList();
    if (!names.isEmpty()) {
      return String.join(", ", names);
    }
    return report.missing().isEmpty()
        ? "a person who did not request it"
        : "whoever may send " + kinds(report);
  }

  private static String kinds(GateReport report) {
    return report.missing().stream().map(it -> it.kind().id()).distinct().collect(joining(", "));
  }

  /** What decided, each with the record that proves it. */
  private static String proof(GateReport report) {
    String pieces =
        report.evidence().stream()
            .flatMap(check ->
                check.found().stream()
                    .map(it ->
                        "%s %s by %s at %s"
                            .formatted(check.kind().id(), it.result(), it.issuer(), it.address())))
            .collect(joining(", "));
    String consents =
        report.approval().stream()
            .flatMap(it -> it.given().stream())
            .map(it -> "approved by %s at %s".formatted(it.by(), it.address()))
            .collect(joining(", "));
    return List.of(pieces, consents, "gate policy " + report.policy()).stream()
        .filter(it -> !it.isEmpty())
        .collect(joining("; "));
  }

  /**
   * Evidence or the policy has changed while the task waits at the head of its lane.
   *
   * @return empty when that changes nothing for it
   */
  Optional<Transition> look(TaskRecord task, Instant now) {
    Gating gating = task.gating().orElseThrow();
    Optional<GateReport> judged = judge(task, now);
    boolean sameTerms =
        judged.filter(it -> it.policy().equals(gating.report().policy())).isPresent();
    if (!sameTerms || judged.orElseThrow().opens()) {
      return Optional.of(wake(task, "what it waited for may stand", now));
    }
    if (judged.get().equals(gating.report())) {
      return Optional.empty();
    }
    Change change = change(noted(task, judged), now);
    return Optional.of(
        waitsFor(judged.get()) == task.state() ? tell(change).then(Command.IDLE) : park(change));
  }

  /** Makes the plan anew: whatever was planned before the wait may not fit the world any more. */
  Transition wake(TaskRecord task, String why, Instant now) {
    return wake(change(task, now), why);
  }

  private Transition wake(Change change, String why) {
    TaskRecord task = change.record();
    change.set(task.with(TaskState.RUNNING).replan().budget(settings.taskTimeout()));
    return change
        .state("woken", "ops-agent", why + "; looks again", none())
        .then(new Command.Resolve(Duration.ZERO));
  }

  /** What the plan is bound to has changed while it was made: nobody could consent to it. */
  static Transition planAnew(Change change) {
    return change
        .state("replanned", "ops-agent", "the gate policy has changed; looks again", none())
        .then(new Command.Resolve(Duration.ZERO));
  }

  /**
   * Why the task must not have its first effect, although it was let in.
   *
   * @param change takes note of what the gates say now
   */
  Optional<Failure> shut(Change change) {
    TaskRecord task = change.record();
    Optional<GateReport> judged = judge(task, change.now());
    if (judged.isEmpty() || judged.get().opens()) {
      return Optional.empty();
    }
    change.set(noted(task, judged));
    return Optional.of(
        Failure.of(
            ReasonCode.EVIDENCE_REVOKED,
            "begin with the first effect",
            "what let it in no longer stands: " + missing(judged.get()),
            "dispatch it again under a new id once that is settled"));
  }

  /** Evidence has changed after the first effect: nothing is stopped, and nobody is surprised. */
  Optional<Transition> late(TaskRecord task, Instant now) {
    Optional<GateReport> judged = judge(task, now);
    if (judged.isEmpty()
        || judged.get().opens()
        || task.gating().map(Gating::report).equals(judged)) {
      return Optional.empty();
    }
    String summary = "came after the first effect, so it goes on: " + missing(judged.get());
    Reason reason = new Reason(ReasonCode.EVIDENCE_REVOKED, summary, Optional.empty());
    return Optional.of(
        change(noted(task, judged), now)
            .state("evidence-late", "ops-agent", summary, Optional.of(reason))
            .then(Command.IDLE));
  }

  /**
   * Somebody consents.
   *
   * @param address of the record that says so
   * @param head whether the task is the first of its lane, so that it may go on at once
   */
  Transition approve(TaskRecord task, TaskApprove word, String address, boolean head, Instant now) {
    Optional<String> refused =
        isMadeAnew(task)
            ? voided(task, word.planDigest())
                .or(() -> gate.refusesConsentOf(word.by(), question(task, now)))
            : refusal(task, word.by(), word.planDigest(), now);
    if (refused.isPresent()) {
      return told(task, word.by(), "approval", refused.get(), now);
    }
    Consent consent = new Consent(word.by(), now, now.plus(gate.terms().consent()), address);
    Gating gating = task.gating().orElseThrow().with(new Given(word.planDigest(), consent));
    TaskRecord given = task.gating(gating);
    if (isMadeAnew(task)) {
      return kept(change(given, now), word);
    }
    Optional<GateReport> judged = judge(given, now);
    Change change = change(noted(given, judged), now);
    change.note("approved", word.by(), "approves plan " + word.planDigest());
    boolean open = judged.map(GateReport::opens).orElse(true);
    if (open && head) {
      return wake(change, "approved");
    }
    boolean sameWait = judged.map(it -> waitsFor(it) == task.state()).orElse(true);
    return open || sameWait ? tell(change).then(Command.IDLE) : park(change);
  }

  /** The plan that was consented to is being made anew, and may come out the same. */
  private static Transition kept(Change change, TaskApprove word) {
    String words = "approves plan %s, if it comes out the same".formatted(word.planDigest());
    return change.state("approved", word.by(), words, none()).then(Command.IDLE);
  }

  private static boolean isMadeAnew(TaskRecord task) {
    return task.state() == TaskState.RUNNING
        && task.plan().isEmpty()
        && task.ending().isEmpty()
        && task.gating().isPresent();
  }

  /** Somebody refuses: the task is over. */
  Transition deny(TaskRecord task, TaskDeny word, Instant now) {
    Optional<String> refused = refusal(task, word.by(), word.planDigest(), now);
    if (refused.isPresent()) {
      return told(task, word.by(), "denial", refused.get(), now);
    }
    Change change = change(task, now);
    change.note(
        "denied", word.by(), "denies plan %s: %s".formatted(word.planDigest(), word.reason()));
    Failure failure =
        Failure.of(
            ReasonCode.DENIED, "carry the plan out", "denied by " + word.by(), word.reason());
    return Unwinding.end(change, TaskState.REJECTED, Optional.of(failure));
  }

  private Optional<String> refusal(TaskRecord task, String by, String plan, Instant now) {
    if (task.state() != TaskState.AWAITING_APPROVAL) {
      return Optional.of(
          task.state() == TaskState.AWAITING_EVIDENCE
              ? "it waits for evidence first"
              : "it does not wait for approval: " + task.state());
    }
    return voided(task, plan).or(() -> gate.refusesConsentOf(by, question(task, now)));
  }

  private static Optional<String> voided(TaskRecord task, String plan) {
    String waiting = asked(task);
    return waiting.equals(plan) ? Optional.empty() : Optional.of("another plan waits: " + waiting);
  }

  /** Whoever speaks in vain hears why. */
  private Transition told(TaskRecord task, String by, String what, String why, Instant now) {
    String summary = "the %s of %s does not count: %s".formatted(what, by, why);
    if (task.state().isEnd()) {
      return change(task, now).note("ignored", by, summary).then(Command.IDLE);
    }
    Reason reason = new Reason(ReasonCode.APPROVAL_REFUSED, summary, Optional.empty());
    return change(task, now).state("ignored", by, summary, Optional.of(reason)).then(Command.IDLE);
  }

  /** Why the task's time has not come; empty when it has. */
  Optional<Gate.Early> early(TaskRecord task, Instant now) {
    TaskDispatch order = task.dispatch();
    boolean overtakes =
        Optional.ofNullable(operations.get(order.operation()))
            .filter(Operation::overtakes)
            .isPresent();
    return gate.early(order, overtakes, now).filter(it -> it.until().isAfter(now));
  }

  /** The task stands back until its time has come. */
  Transition standBack(TaskRecord task, Gate.Early early, Instant now) {
    return standBack(task, early, change(task, now));
  }

  /** The same, beside what the change tells already. */
  Transition standBack(TaskRecord task, Gate.Early early, Change change) {
    if (early.forGood()) {
      Failure never =
          Failure.of(
              ReasonCode.TOO_EARLY,
              "begin in time",
              early.why(),
              "dispatch it again under a new id, with another timeline");
      return Unwinding.end(change, TaskState.EXPIRED, Optional.of(never));
    }
    Duration budget = Duration.between(change.now(), early.until()).plus(settings.taskTimeout());
    change.set(task.with(TaskState.ACCEPTED).early(Optional.of(early)).budget(budget));
    Reason reason = new Reason(ReasonCode.TOO_EARLY, early.why(), Optional.empty());
    return change
        .state("held-back", "ops-agent", early.why(), Optional.of(reason))
        .then(Command.IDLE);
  }

  private Change change(TaskRecord task, Instant now) {
    return new Change(task, now, settings.wall());
  }

  private static Optional<Reason> none() {
    return Optional.empty();
  }
}
