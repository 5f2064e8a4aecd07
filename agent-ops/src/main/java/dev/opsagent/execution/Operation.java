package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;

/** One operation of the catalogue: how its tasks are checked, resolved, planned and carried out. */
public interface Operation {
  /** The name that a task carries, such as {@code push}. */
  String name();

  /**
   * Checks what the schema cannot: parameters that exclude each other, environments that the
   * operation does not serve. Pure and fast; runs at intake.
   */
  Optional<Failure> refuse(TaskDispatch task);

  /**
   * Whether a task goes before those of its lane that only wait, and may be ordered on {@code
   * pm.control}, past every backlog: what takes a bad release back cannot stand in line.
   */
  default boolean overtakes() {
    return false;
  }

  /**
   * Looks up what the plan needs. Reads only; blocks; may be repeated after a crash.
   *
   * @param context without facts yet
   */
  Resolution resolve(TaskDispatch task, StepContext context);

  /**
   * What evidence must be about for a plan of these observations, each of them: a pure function. An
   * operation that names nothing cannot be let in where evidence is asked for.
   */
  default List<Subject> subjects(TaskDispatch task, Facts observations) {
    return List.of();
  }

  /** The plan: a pure function of the task and the observations. */
  Plan plan(TaskDispatch task, Facts observations);

  /** The executable form of one step of the plan. */
  Step step(PlannedStep planned, TaskDispatch task);

  /** What resolving came to. */
  sealed interface Resolution {
    /** Everything the plan needs. */
    record Resolved(Facts observations) implements Resolution {}

    /** The task cannot be planned as things stand. */
    record Unresolved(Failure failure) implements Resolution {}
  }
}
