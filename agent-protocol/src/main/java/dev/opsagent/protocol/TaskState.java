package dev.opsagent.protocol;

/** The states of a task. Every state that is not an end has a deadline. */
public enum TaskState {
  ACCEPTED(false, "submitted"),
  AWAITING_EVIDENCE(false, "working"),
  AWAITING_APPROVAL(false, "input-required"),
  RUNNING(false, "working"),
  UNDOING(false, "working"),
  /** A person must decide: an effect is in doubt, an analysis inconclusive, an undo failed. */
  AWAITING_DECISION(false, "input-required"),
  SUCCEEDED(true, "completed"),
  FAILED(true, "failed"),
  /** An effect outside the workspace stood and was taken back, or withdrawn where it cannot be. */
  ROLLED_BACK(true, "failed"),
  CANCELLED(true, "canceled"),
  EXPIRED(true, "failed"),
  REJECTED(true, "rejected"),
  /** Nobody knows whether an effect happened; the target is held until somebody resolves it. */
  IN_DOUBT(true, "failed");

  private final boolean end;
  private final String a2a;

  TaskState(boolean end, String a2a) {
    this.end = end;
    this.a2a = a2a;
  }

  public boolean isEnd() {
    return end;
  }

  /** Whether a task in this state has begun nothing and waits for what must stand before it may. */
  public boolean waitsAtGate() {
    return this == AWAITING_EVIDENCE || this == AWAITING_APPROVAL;
  }

  /** The A2A task state that stands for this one. */
  public String a2a() {
    return a2a;
  }
}
