package dev.opsagent.simulation;

import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.Optional;

/** What the topics say of one task, as far as it is committed. */
final class TaskBook {
  private final TaskDispatch order;
  private StatusReport last;
  private Optional<StepReport> step = Optional.empty();
  private boolean stopping;
  private boolean vouched;

  /** Virtual time by which it must have ended. */
  private long until;

  private long changedAt;

  TaskBook(TaskDispatch order, StatusReport first, long now, Duration time) {
    this.order = order;
    this.last = first;
    this.changedAt = now;
    this.until = now + time.toNanos();
  }

  TaskDispatch order() {
    return order;
  }

  StatusReport last() {
    return last;
  }

  TaskState state() {
    return last.state();
  }

  boolean ended() {
    return state().isEnd();
  }

  boolean acts() {
    return state() == TaskState.RUNNING
        || state() == TaskState.UNDOING
        || state() == TaskState.AWAITING_DECISION;
  }

  void reported(StatusReport report, long now) {
    boolean waited = state() == TaskState.AWAITING_DECISION;
    last = report;
    vouched |= waited && (report.state() == TaskState.RUNNING || done(report));
    changedAt = now;
    if (report.step().isPresent()) {
      step = report.step();
    }
  }

  /** Whether the step is the one that changed last, to this outcome. */
  boolean stands(String name, Outcome outcome) {
    return step.filter(it -> it.name().equals(name) && it.outcome() == outcome).isPresent();
  }

  /** The step that was reported last. */
  Optional<StepReport> step() {
    return step;
  }

  private static boolean done(StatusReport report) {
    return report.step().filter(it -> it.outcome() == Outcome.DONE).isPresent();
  }

  /** Whether it went on upon a person's word. */
  boolean vouched() {
    return vouched;
  }

  boolean stopping() {
    return stopping;
  }

  void stop() {
    stopping = true;
  }

  void allow(Duration more) {
    until += more.toNanos();
  }

  /** Nobody could count its time since its last change. */
  void takenOver(long now) {
    until += now - changedAt;
  }

  boolean late(long now) {
    return now > until;
  }
}
