package dev.opsagent.execution;

import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Rings when a task's time for its present state is over, and keeps account of what is left. */
final class Deadlines {
  private static final Duration LEAST_NOTED = Duration.ofMinutes(1);
  private static final Duration MOST_UNNOTED = Duration.ofHours(1);

  private final Timers timers;
  private final Consumer<LiveTask> over;

  /**
   * @param over called when the time of the task's present state is over, and now and then before
   */
  Deadlines(Timers timers, Consumer<LiveTask> over) {
    this.timers = timers;
    this.over = over;
  }

  /**
   * The record with the time that is left. A state that is entered brings its own time, but for the
   * one that every task goes through first, and for tasks that say how long they may take in all.
   */
  TaskRecord carryOver(LiveTask task, TaskRecord next) {
    Duration left =
        Duration.ofNanos(Math.max(0, task.deadline - timers.nanoTime()))
            .truncatedTo(ChronoUnit.MILLIS);
    TaskRecord was = task.record;
    TaskRecord noted =
        was.state().waitsAtGate() && next.state() != was.state()
            ? next.leftWait(was.state(), left)
            : next;
    return bringsOwn(was, next) ? noted : noted.budget(left);
  }

  private static boolean bringsOwn(TaskRecord was, TaskRecord next) {
    if (ownEnd(next).isPresent() && isForward(was.state()) && isForward(next.state())) {
      return false;
    }
    boolean heldBack = next.early().isPresent() && !next.early().equals(was.early());
    boolean entered = next.state() != was.state() && was.state() != TaskState.ACCEPTED;
    return heldBack || entered;
  }

  /** A point in time that the task names comes nearer while nobody counts. */
  TaskRecord afterDowntime(TaskRecord task) {
    if (!isForward(task.state())) {
      return task;
    }
    return task.dispatch()
        .requirements()
        .deadline()
        .map(at -> Duration.between(timers.now(), at))
        .filter(left -> left.compareTo(task.budget()) < 0)
        .map(left -> task.budget(left.isNegative() ? Duration.ZERO : left))
        .orElse(task);
  }

  /** When the task must have ended by its own word; empty when it leaves that to the worker. */
  static Optional<Instant> ownEnd(TaskRecord task) {
    Requirements wanted = task.dispatch().requirements();
    Optional<Instant> byTimeout = wanted.timeout().map(task.acceptedAt()::plus);
    return Stream.concat(wanted.deadline().stream(), byTimeout.stream())
        .min(Comparator.naturalOrder());
  }

  private static boolean isForward(TaskState state) {
    return state == TaskState.ACCEPTED || state == TaskState.RUNNING || state.waitsAtGate();
  }

  /** Whether the time of the task's present state is over. */
  boolean passed(LiveTask task) {
    return !task.record.state().isEnd() && timers.nanoTime() - task.deadline >= 0;
  }

  /** A long wait is noted now and then, so that restarts do not make it longer. */
  private static Duration next(TaskRecord task) {
    Duration left = task.budget();
    if (!task.state().waitsAtGate()) {
      return left;
    }
    Duration part = left.dividedBy(8);
    Duration pause = part.compareTo(LEAST_NOTED) < 0 ? LEAST_NOTED : part;
    Duration most = pause.compareTo(MOST_UNNOTED) > 0 ? MOST_UNNOTED : pause;
    return left.compareTo(most) < 0 ? left : most;
  }

  /** Begins the time of the task's present state. */
  void watch(LiveTask task) {
    task.alarm.ifPresent(Timers.Scheduled::cancel);
    task.alarm = Optional.empty();
    if (task.record.state().isEnd()) {
      return;
    }
    task.deadline = timers.nanoTime() + task.record.budget().toNanos();
    task.alarm = Optional.of(timers.schedule(next(task.record), () -> over.accept(task)));
  }
}
