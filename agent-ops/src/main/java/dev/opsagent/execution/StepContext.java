package dev.opsagent.execution;

import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;

/**
 * What a step may know and ask.
 *
 * @param task the order
 * @param facts observations and the outputs of the steps before
 * @param deployed what was known to run on the target before this task
 * @param fence asked before each effect
 * @param progress told what goes on inside a long step
 * @param key the id of the key that has signed the order; absent where nobody must sign
 * @param timeout the longest that this call may take; the runner interrupts the thread after it
 */
public record StepContext(
    TaskDispatch task,
    Facts facts,
    Optional<DeploymentRecord> deployed,
    Optional<String> key,
    Fence fence,
    Progress progress,
    Duration timeout) {
  /** Of an order that nobody had to sign. */
  public StepContext(
      TaskDispatch task,
      Facts facts,
      Optional<DeploymentRecord> deployed,
      Fence fence,
      Progress progress,
      Duration timeout) {
    this(task, facts, deployed, Optional.empty(), fence, progress, timeout);
  }

  /** The lease of the worker on the task's partition. */
  public interface Fence {
    /**
     * Throws when an effect must not start because the lease has run out: some other worker may own
     * the task by now.
     *
     * @throws LeaseLost and the step ends without another effect
     */
    void check();
  }

  /** Receives progress lines for people; never a secret. */
  public interface Progress {
    void line(String text);
  }

  /** The worker no longer owns the task's partition. */
  public static final class LeaseLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLost(String message) {
      super(message);
    }
  }
}
