package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole state of a task: one ledger record. A new one replaces it only by way of the journal.
 *
 * @param payloadDigest of the dispatch, to tell a repetition from a conflict
 * @param offset of the dispatch in {@code pm.tasks}: the order in its lane
 * @param revision of the last report
 * @param budget what is left of the time for the present state, as of this record; counted by
 *     monotonic time within a process and carried over by this figure across one
 * @param facts observations and step outputs so far; empty until resolved
 * @param ending why the task no longer goes forward, once it does not
 * @param waiting what a person has to decide, in AWAITING_DECISION
 * @param held whether the target is held by this task's doubt
 * @param remains what stays visible after undoing, one line each
 * @param before what ran on the target before this task deployed there
 * @param lastReport published again when the same dispatch comes again
 */
record TaskRecord(
    TaskDispatch dispatch,
    String payloadDigest,
    Optional<String> traceparent,
    long offset,
    TaskState state,
    long revision,
    Instant acceptedAt,
    Duration budget,
    Optional<Facts> facts,
    Optional<Plan> plan,
    List<StepRecord> steps,
    Optional<Ending> ending,
    Optional<Doubt> waiting,
    boolean held,
    List<Deliverable> deliverables,
    List<String> remains,
    Optional<DeploymentRecord> before,
    Optional<StatusReport> lastReport) {
  TaskRecord {
    steps = List.copyOf(steps);
    deliverables = List.copyOf(deliverables);
    remains = List.copyOf(remains);
  }

  /** An order that has just come in. */
  static TaskRecord fresh(
      TaskDispatch order,
      String digest,
      Optional<String> traceparent,
      long offset,
      Instant now,
      Duration budget) {
    return new TaskRecord(
        order,
        digest,
        traceparent,
        offset,
        TaskState.ACCEPTED,
        0,
        now,
        budget,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Why the task ends, decided before undoing begins.
   *
   * @param state CANCELLED, EXPIRED or FAILED; the last becomes ROLLED_BACK when an effect stood
   */
  record Ending(TaskState state, Failure failure) {}

  /**
   * An effect or undo that nobody knows the outcome of.
   *
   * @param step index of the step
   * @param undoing whether its undo is in doubt rather than its doing
   */
  record Doubt(int step, boolean undoing, Failure failure, Instant since, Instant until) {}

  String id() {
    return dispatch.taskId();
  }

  PlannedStep planned(int index) {
    return plan.orElseThrow().steps().get(index);
  }

  Facts known() {
    return facts.orElse(Facts.NONE);
  }

  TaskRecord with(TaskState next) {
    return copy(
        next,
        revision,
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord budget(Duration left) {
    return copy(
        state,
        revision,
        left,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord planned(Facts observed, Plan made) {
    List<StepRecord> pending = made.steps().stream().map(_ -> StepRecord.PENDING).toList();
    return copy(
        state,
        revision,
        budget,
        Optional.of(observed),
        Optional.of(made),
        pending,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord learned(Facts more, List<Deliverable> produced) {
    List<Deliverable> all = new ArrayList<>(deliverables);
    for (Deliverable one : produced) {
      all.removeIf(old -> old.getClass() == one.getClass());
      all.add(one);
    }
    return copy(
        state,
        revision,
        budget,
        Optional.of(known().with(more)),
        plan,
        steps,
        ending,
        waiting,
        held,
        all,
        remains,
        before,
        lastReport);
  }

  TaskRecord step(int index, StepRecord step) {
    List<StepRecord> changed = new ArrayList<>(steps);
    changed.set(index, step);
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        changed,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord ending(Ending why) {
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        steps,
        Optional.of(why),
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord waiting(Optional<Doubt> doubt) {
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        steps,
        ending,
        doubt,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord held(boolean holds) {
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        holds,
        deliverables,
        remains,
        before,
        lastReport);
  }

  TaskRecord remains(List<String> more) {
    List<String> all = new ArrayList<>(remains);
    all.addAll(more);
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        all,
        before,
        lastReport);
  }

  TaskRecord deployedOver(Optional<DeploymentRecord> previous) {
    return copy(
        state,
        revision,
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before.or(() -> previous),
        lastReport);
  }

  TaskRecord reported(StatusReport report) {
    return copy(
        state,
        report.revision(),
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        Optional.of(report));
  }

  private TaskRecord copy(
      TaskState state,
      long revision,
      Duration budget,
      Optional<Facts> facts,
      Optional<Plan> plan,
      List<StepRecord> steps,
      Optional<Ending> ending,
      Optional<Doubt> waiting,
      boolean held,
      List<Deliverable> deliverables,
      List<String> remains,
      Optional<DeploymentRecord> before,
      Optional<StatusReport> lastReport) {
    return new TaskRecord(
        dispatch,
        payloadDigest,
        traceparent,
        offset,
        state,
        revision,
        acceptedAt,
        budget,
        facts,
        plan,
        steps,
        ending,
        waiting,
        held,
        deliverables,
        remains,
        before,
        lastReport);
  }
}
