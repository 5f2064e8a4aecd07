package dev.opsagent.execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.authority.Effect;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The whole state of a task: one ledger record. A new one replaces it only by way of the journal.
 *
 * @param order the dispatch, which never changes
 * @param payloadDigest of the dispatch, to tell a repetition from a conflict
 * @param arrival counts the partition's tasks: the order in its lane
 * @param revision of the last report
 * @param lookups how often resolving has failed in a passing way
 * @param budget what is left of the time for the present state, as of this record; counted by
 *     monotonic time within a process and carried over by this figure across one
 * @param facts observations and step outputs so far; empty until resolved
 * @param script the plan; empty until resolved
 * @param ending why the task no longer goes forward, once it does not
 * @param waiting what a person has to decide, in AWAITING_DECISION
 * @param held whether the target is held by this task's doubt
 * @param remains what stays visible after undoing, one line each
 * @param before what ran on the target before this task deployed there
 * @param signer the agent whose key signed the order; absent where nobody must sign
 * @param key the id of that key
 * @param gating what the gates of its plan have come to; absent while nothing was asked of them
 * @param early what holds its start back
 * @param told the last report, published again when the same dispatch comes again
 */
record TaskRecord(
    @JsonProperty("dispatch") Prewritten<TaskDispatch> order,
    String payloadDigest,
    Optional<String> traceparent,
    long arrival,
    TaskState state,
    long revision,
    Instant acceptedAt,
    Duration budget,
    int lookups,
    Optional<Facts> facts,
    @JsonProperty("plan") Optional<Prewritten<Plan>> script,
    List<StepRecord> steps,
    Optional<Ending> ending,
    Optional<Doubt> waiting,
    boolean held,
    List<Deliverable> deliverables,
    List<String> remains,
    Optional<DeploymentRecord> before,
    Optional<String> signer,
    Optional<String> key,
    Optional<Gating> gating,
    Optional<Gate.Early> early,
    @JsonProperty("lastReport") Optional<Prewritten<StatusReport>> told) {
  TaskRecord {
    steps = List.copyOf(steps);
    deliverables = List.copyOf(deliverables);
    remains = List.copyOf(remains);
  }

  /** An order that has just come in. */
  static TaskRecord fresh(
      TaskDispatch order,
      Intent intent,
      Optional<String> traceparent,
      long arrival,
      Instant now,
      Duration budget) {
    return new TaskRecord(
        new Prewritten<>(order),
        intent.digest(),
        traceparent,
        arrival,
        TaskState.ACCEPTED,
        0,
        now,
        budget,
        0,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        List.of(),
        Optional.empty(),
        intent.signer(),
        intent.key(),
        Optional.empty(),
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
    return dispatch().taskId();
  }

  TaskDispatch dispatch() {
    return order.value();
  }

  Optional<Plan> plan() {
    return script.map(Prewritten::value);
  }

  /** Whether a step with an effect of one of the kinds is as asked. */
  boolean anyStep(Set<Effect.Kind> kinds, Predicate<StepRecord> asked) {
    for (int i = 0; i < steps.size(); i++) {
      if (planned(i).effects().stream().anyMatch(effect -> kinds.contains(effect.kind()))
          && asked.test(steps.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a step with an effect has begun. */
  boolean hasBegunEffects() {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).mayHaveActed() && !planned(i).effects().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Whether the step would be the first with an effect. */
  boolean isFirstEffect(int index) {
    return !planned(index).effects().isEmpty() && !hasBegunEffects();
  }

  PlannedStep planned(int index) {
    return plan().orElseThrow().steps().get(index);
  }

  Facts known() {
    return facts.orElse(Facts.NONE);
  }

  TaskRecord with(TaskState next) {
    return edit(draft -> draft.state = next);
  }

  TaskRecord budget(Duration left) {
    return edit(draft -> draft.budget = left);
  }

  TaskRecord lookedUp() {
    return edit(draft -> draft.lookups = lookups + 1);
  }

  /** Forgets the plan and what it was made of: both are made anew. */
  TaskRecord replan() {
    return edit(draft -> {
      draft.lookups = 0;
      draft.facts = Optional.empty();
      draft.script = Optional.empty();
      draft.steps = List.of();
    });
  }

  TaskRecord gating(Gating judged) {
    return edit(draft -> draft.gating = Optional.of(judged));
  }

  /** The wait that it was in has so much of its time to go. */
  TaskRecord leftWait(TaskState was, Duration left) {
    return edit(draft -> draft.gating = gating.map(it -> it.leftWith(was, left)));
  }

  TaskRecord early(Optional<Gate.Early> until) {
    return edit(draft -> draft.early = until);
  }

  TaskRecord planned(Facts observed, Prewritten<Plan> made) {
    return edit(draft -> {
      draft.facts = Optional.of(observed);
      draft.script = Optional.of(made);
      draft.steps = made.value().steps().stream().map(_ -> StepRecord.PENDING).toList();
    });
  }

  /**
   * Knows more, and has delivered more; a deliverable replaces earlier ones of its kind about the
   * same.
   */
  TaskRecord learned(Facts more, List<Deliverable> produced) {
    List<Deliverable> all = new ArrayList<>(deliverables);
    all.removeIf(old ->
        produced.stream()
            .anyMatch(one -> old.getClass() == one.getClass() && old.about().equals(one.about())));
    all.addAll(produced);
    return edit(draft -> {
      draft.facts = Optional.of(known().with(more));
      draft.deliverables = all;
    });
  }

  TaskRecord step(int index, StepRecord step) {
    List<StepRecord> changed = new ArrayList<>(steps);
    changed.set(index, step);
    return edit(draft -> draft.steps = changed);
  }

  TaskRecord ending(Ending why) {
    return edit(draft -> draft.ending = Optional.of(why));
  }

  TaskRecord waiting(Optional<Doubt> doubt) {
    return edit(draft -> draft.waiting = doubt);
  }

  TaskRecord held(boolean holds) {
    return edit(draft -> draft.held = holds);
  }

  TaskRecord remains(List<String> more) {
    List<String> all = new ArrayList<>(remains);
    all.addAll(more);
    return edit(draft -> draft.remains = all);
  }

  /** Notes what runs on the target; the last note before the task acts there stands. */
  TaskRecord deployedOver(Optional<DeploymentRecord> previous) {
    return edit(draft -> draft.before = previous);
  }

  Optional<StatusReport> lastReport() {
    return told.map(Prewritten::value);
  }

  TaskRecord reported(Prewritten<StatusReport> report) {
    return edit(draft -> {
      draft.revision = report.value().revision();
      draft.told = Optional.of(report);
    });
  }

  private TaskRecord edit(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.record();
  }

  /** The components that change over a task's life, while one of them is changed. */
  private static final class Draft {
    private final TaskRecord original;
    private TaskState state;
    private long revision;
    private Duration budget;
    private int lookups;
    private Optional<Facts> facts;
    private Optional<Prewritten<Plan>> script;
    private List<StepRecord> steps;
    private Optional<Ending> ending;
    private Optional<Doubt> waiting;
    private boolean held;
    private List<Deliverable> deliverables;
    private List<String> remains;
    private Optional<DeploymentRecord> before;
    private Optional<Gating> gating;
    private Optional<Gate.Early> early;
    private Optional<Prewritten<StatusReport>> told;

    Draft(TaskRecord original) {
      this.original = original;
      state = original.state;
      revision = original.revision;
      budget = original.budget;
      lookups = original.lookups;
      facts = original.facts;
      script = original.script;
      steps = original.steps;
      ending = original.ending;
      waiting = original.waiting;
      held = original.held;
      deliverables = original.deliverables;
      remains = original.remains;
      before = original.before;
      gating = original.gating;
      early = original.early;
      told = original.told;
    }

    TaskRecord record() {
      return new TaskRecord(
          original.order,
          original.payloadDigest,
          original.traceparent,
          original.arrival,
          state,
          revision,
          original.acceptedAt,
          budget,
          lookups,
          facts,
          script,
          steps,
          ending,
          waiting,
          held,
          deliverables,
          remains,
          before,
          original.signer,
          original.key,
          gating,
          early,
          told);
    }
  }
}
