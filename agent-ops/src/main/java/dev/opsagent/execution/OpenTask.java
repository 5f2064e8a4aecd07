package dev.opsagent.execution;

import dev.opsagent.protocol.TaskState;
import java.time.Instant;

/**
 * What is counted of a task that has not ended, or that has and holds its target in doubt.
 *
 * @param target {@code <environment>/<service>}
 * @param state an end for a task that holds its target
 * @param heldBack whether its turn has come and its time has not, as in a freeze
 * @param acceptedAt when it came in
 */
public record OpenTask(String target, TaskState state, boolean heldBack, Instant acceptedAt) {
  static OpenTask of(TaskRecord task) {
    boolean heldBack = task.state() == TaskState.ACCEPTED && task.early().isPresent();
    return new OpenTask(task.dispatch().target().key(), task.state(), heldBack, task.acceptedAt());
  }
}
