package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * {@code task.resolve}: the answer to {@link TaskState#AWAITING_DECISION}, or to a target that an
 * {@link TaskState#IN_DOUBT} task holds.
 */
public record TaskResolve(String taskId, Target target, String by, Decision decision, String reason)
    implements ControlMessage {
  public TaskResolve {
    Checks.matches("taskId", taskId, Checks.TASK_ID);
    Checks.text("by", by, 256);
    Checks.text("reason", reason, 1024);
  }

  /** What the person found out or wants. */
  public enum Decision {
    /** Probe again, or make an inconclusive check again, and go on from where the task stopped. */
    @JsonProperty("continue")
    CONTINUE,
    /** The effect in doubt did happen, or what was checked is good: go on after it. */
    @JsonProperty("done")
    DONE,
    /**
     * The effect in doubt did not happen, was undone by hand, or what was checked is bad: undo the
     * rest and end.
     */
    @JsonProperty("undone")
    UNDONE,
    /** Give up: the task ends IN_DOUBT and its target stays held. */
    @JsonProperty("abandon")
    ABANDON
  }
}
