package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code ops.status}: one change of a task's state or of one of its steps.
 *
 * @param revision counts the reports of a task from 1 without a gap
 * @param step the step that changed, if one did
 * @param reason why the task stands where it does, for every state that is not plain progress
 * @param plan the plan, in the report that announces it
 * @param deliverables what the task has produced so far; the end report carries all of them
 * @param changes what happened outside the workspace and still stands, one line each
 * @param waiting what the task waits for, in the AWAITING states
 * @param gates what the task's gates ask for, once they were asked
 * @param wall what holds the programs that this worker starts
 * @param at when the worker decided it
 */
public record StatusReport(
    String taskId,
    String operation,
    Target target,
    TaskState state,
    long revision,
    Optional<StepReport> step,
    Optional<Reason> reason,
    Optional<PlanReport> plan,
    List<Deliverable> deliverables,
    List<String> changes,
    Optional<Waiting> waiting,
    Optional<GateReport> gates,
    Optional<Wall> wall,
    Instant at)
    implements Message {
  public StatusReport {
    Checks.taskId("taskId", taskId);
    Checks.range("revision", revision, 1, Long.MAX_VALUE);
    deliverables = List.copyOf(deliverables);
    changes = List.copyOf(changes);
  }

  /** The same from a worker with this wall. */
  public StatusReport behind(Optional<Wall> around) {
    return new StatusReport(
        taskId,
        operation,
        target,
        state,
        revision,
        step,
        reason,
        plan,
        deliverables,
        changes,
        waiting,
        gates,
        around,
        at);
  }

  /**
   * One step of the plan and where it stands.
   *
   * @param index position in the plan, from 1
   * @param of number of steps in the plan
   * @param durationMillis how long the step ran, 0 while it runs
   * @param proofs what was proved of what the step changed, one sentence each; absent when nothing
   *     was
   */
  public record StepReport(
      String name,
      String description,
      int index,
      int of,
      Outcome outcome,
      long durationMillis,
      Optional<List<String>> proofs) {
    public StepReport {
      proofs = proofs.map(List::copyOf);
      Checks.range("step.of", of, 1, Integer.MAX_VALUE);
      Checks.range("step.index", index, 1, of);
      Checks.range("step.durationMillis", durationMillis, 0, Long.MAX_VALUE);
    }

    /** What became of the step. */
    public enum Outcome {
      STARTED,
      DONE,
      /** The effect stood already; nothing was done. */
      ALREADY_DONE,
      RETRYING,
      FAILED,
      IN_DOUBT,
      UNDOING,
      UNDONE,
      /** Cannot be taken back; what stays visible is in {@code changes}. */
      REMAINS,
      UNDO_FAILED
    }
  }

  /**
   * Why the task stands where it does.
   *
   * @param detail one sentence for people
   * @param owner the agent whose work it is, for {@link ReasonCode#NOT_MINE} and its like
   */
  public record Reason(ReasonCode code, String detail, Optional<String> owner) {}

  /**
   * The wall around programs.
   *
   * @param level {@code bubblewrap}, {@code landlock} or {@code none}
   * @param notCovered what this level leaves open here, by the names that {@code doctor} explains
   */
  public record Wall(String level, List<String> notCovered) {
    public Wall {
      notCovered = List.copyOf(notCovered);
    }
  }

  /**
   * The one waiting sentence: "waits for WHAT from WHOM since T; at T becomes STATE; do: COMMAND".
   *
   * @param then the state that the task takes when the deadline passes
   * @param command what to do about it
   */
  public record Waiting(
      String what, String whom, Instant since, Instant until, TaskState then, String command) {
    public String sentence() {
      return "waits for %s from %s since %s; at %s becomes %s; do: %s"
          .formatted(what, whom, since, until, then, command);
    }
  }
}
