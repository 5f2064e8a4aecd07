package dev.opsagent.operations;

import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;

/** A check that tasks of every operation may demand: at the door, and before anything is done. */
public sealed interface WorkerCheck extends FallibleStep permits RetentionCheck, SignatureCheck {
  /** Why what the task demands cannot be held; empty when it can, or nothing is demanded. */
  Optional<Failure> refuse(TaskDispatch task);

  /** The step that checks it; empty when the task demands nothing of the kind. */
  Optional<PlannedStep> planned(TaskDispatch task);
}
