package dev.opsagent.execution;

import static java.util.stream.Collectors.joining;

import dev.opsagent.authority.Effect;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.StatusReport.Waiting;
import dev.opsagent.protocol.StatusReport.Wall;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects one transition: the record as it changes, with the reports and audit of each change. */
final class Change {
  private final Instant now;
  private final Optional<Wall> wall;
  private final List<Prewritten<StatusReport>> reports = new ArrayList<>();
  private final List<AuditDraft> audit = new ArrayList<>();
  private final List<Escalation> escalations = new ArrayList<>();
  private final List<Learning> learnings = new ArrayList<>();
  private TaskRecord record;

  /**
   * @param wall what every report names
   */
  Change(TaskRecord record, Instant now, Optional<Wall> wall) {
    this.record = record;
    this.now = now;
    this.wall = wall;
  }

  TaskRecord record() {
    return record;
  }

  Instant now() {
    return now;
  }

  Change set(TaskRecord next) {
    record = next;
    return this;
  }

  /** The step takes the outcome, and a report and an audit record say so. */
  Change step(int index, StepRecord step, Optional<Failure> failure) {
    return step(index, step, failure, Facts.NONE);
  }

  /**
   * The same.
   *
   * @param learned what the step has brought; both tell what it proves
   */
  Change step(int index, StepRecord step, Optional<Failure> failure, Facts learned) {
    StepRecord before = record.steps().get(index);
    boolean news = !before.is(Outcome.UNDOING) && !before.is(Outcome.UNDO_FAILED);
    record = record.step(index, step);
    PlannedStep planned = record.planned(index);
    Outcome outcome = step.outcome().orElseThrow();
    report(Optional.of(stepReport(index, step, learned)), failure.map(Change::reason), false);
    audit(
        "step-" + outcome.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
        "ops-agent",
        planned.description()
            + failure.map(f -> ": " + f.cause()).orElse("")
            + learned.proofs().stream().map(proof -> "; " + proof).collect(joining()),
        Optional.of(planned.name()),
        news && (outcome == Outcome.DONE || outcome == Outcome.ALREADY_DONE)
            ? planned.effects().stream().map(Effect::toString).toList()
            : List.of());
    return this;
  }

  /** A report of the state as it is, and an audit record of the same. */
  Change state(String kind, String actor, String summary, Optional<Reason> reason) {
    report(Optional.empty(), reason, false);
    audit(kind, actor, summary, Optional.empty(), List.of());
    return this;
  }

  Change planned(String summary) {
    report(Optional.empty(), Optional.empty(), true);
    audit("planned", "ops-agent", summary, Optional.empty(), List.of());
    return this;
  }

  Change note(String kind, String actor, String summary) {
    audit(kind, actor, summary, Optional.empty(), List.of());
    return this;
  }

  Change escalate(Escalation escalation) {
    escalations.add(escalation);
    return this;
  }

  /** The last report shows it. */
  Change learn(List<Deliverable> brought) {
    Lessons.of(record, brought, now).forEach(learnings::add);
    return this;
  }

  Transition then(Command command) {
    return new Transition(record, reports, audit, escalations, learnings, command);
  }

  static Reason reason(Failure failure) {
    return new Reason(failure.code(), failure.sentence(), Optional.empty());
  }

  /** The reason of an end, with what had happened by then and was taken back. */
  Reason account(Failure failure) {
    List<String> undone = new ArrayList<>();
    for (int i = 0; i < record.steps().size(); i++) {
      StepRecord step = record.steps().get(i);
      if (step.stood() && step.is(Outcome.UNDONE)) {
        record.planned(i).effects().forEach(effect -> undone.add(effect.toString()));
      }
    }
    String detail =
        undone.isEmpty() ? "" : "; it had happened and was undone: " + String.join(", ", undone);
    return new Reason(failure.code(), failure.sentence() + detail, Optional.empty());
  }

  private StepReport stepReport(int index, StepRecord step, Facts learned) {
    PlannedStep planned = record.planned(index);
    Outcome outcome = step.outcome().orElseThrow();
    long millis =
        outcome == Outcome.STARTED
            ? 0
            : step.startedAt().map(at -> Duration.between(at, now).toMillis()).orElse(0L);
    return new StepReport(
        planned.name(),
        planned.description(),
        index + 1,
        record.steps().size(),
        outcome,
        Math.max(0, millis),
        Optional.of(learned.proofs()).filter(proofs -> !proofs.isEmpty()));
  }

  private void report(Optional<StepReport> step, Optional<Reason> reason, boolean withPlan) {
    Prewritten<StatusReport> report =
        new Prewritten<>(
            new StatusReport(
                record.id(),
                record.dispatch().operation(),
                record.dispatch().target(),
                record.state(),
                record.revision() + 1,
                step,
                reason,
                withPlan ? record.plan().map(plan -> plan.report()) : Optional.empty(),
                record.deliverables(),
                standing(),
                waiting(),
                record.gating().map(Gating::report),
                wall,
                now));
    record = record.reported(report);
    reports.add(report);
  }

  /** What happened outside the workspace and still stands. */
  private List<String> standing() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < record.steps().size(); i++) {
      StepRecord step = record.steps().get(i);
      boolean stands = step.stood() && !step.is(Outcome.UNDONE) && !step.is(Outcome.REMAINS);
      if (stands) {
        record.planned(i).effects().forEach(effect -> lines.add(effect.toString()));
      }
    }
    lines.addAll(record.remains());
    return lines;
  }

  private Optional<Waiting> waiting() {
    return switch (record.state()) {
      case AWAITING_DECISION -> record.waiting().map(this::forDecision);
      case AWAITING_EVIDENCE, AWAITING_APPROVAL -> record.gating().flatMap(this::atGate);
      case ACCEPTED -> record.early().map(this::forItsTime);
      case RUNNING,
          UNDOING,
          SUCCEEDED,
          FAILED,
          ROLLED_BACK,
          CANCELLED,
          EXPIRED,
          REJECTED,
          IN_DOUBT ->
          Optional.empty();
    };
  }

  private Waiting forDecision(TaskRecord.Doubt doubt) {
    return new Waiting(
        "a decision about the step " + record.planned(doubt.step()).name(),
        "a person",
        doubt.since(),
        doubt.until(),
        TaskState.IN_DOUBT,
        "ops-agent resolve " + record.id() + " continue|done|undone|abandon");
  }

  private Optional<Waiting> atGate(Gating gating) {
    String what = Gatekeeping.missing(gating.report());
    String whom = Gatekeeping.whom(gating.report());
    String command =
        record.state() == TaskState.AWAITING_APPROVAL
            ? "ops-agent approve " + record.id() + " --plan " + gating.report().plan()
            : "ops-agent why " + record.id();
    return gating
        .in(record.state())
        .map(it -> new Waiting(what, whom, it.since(), it.until(), TaskState.EXPIRED, command));
  }

  private Waiting forItsTime(Gate.Early early) {
    return new Waiting(
        "its time: " + early.why(),
        "the clock",
        now,
        early.until(),
        TaskState.RUNNING,
        "ops-agent why " + record.id());
  }

  private void audit(
      String kind, String actor, String summary, Optional<String> step, List<String> effects) {
    audit.add(
        new AuditDraft(
            record.dispatch().target(),
            Optional.of(record.id()),
            kind,
            actor,
            summary,
            step,
            record.plan().map(plan -> plan.digest()),
            effects,
            now));
  }
}
