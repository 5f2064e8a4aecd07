package dev.opsagent.execution;

import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

/** Rings when a task's time for its present state is over, and keeps account of what is left. */
final class Deadlines {
  private final Timers timers;
  private final Consumer<LiveTask> over;

  /**
   * @param over called when the time of the task's present state is over
   */
  Deadlines(Timers timers, Consumer<LiveTask> over) {
    this.timers = timers;
    this.over = over;
  }

  /**
   * The record with the time that is left. A state that is entered brings its own time, but for the
   * one that every task goes through first.
   */
  TaskRecord carryOver(LiveTask task, TaskRecord next) {
    TaskState was = task.record.state();
    if (next.state() != was && was != TaskState.ACCEPTED) {
      return next;
    }
    Duration left = Duration.ofNanos(Math.max(0, task.deadline - timers.nanoTime()));
    return next.budget(left.truncatedTo(ChronoUnit.MILLIS));
  }

  /** Whether the time of the task's present state is over. */
  boolean passed(LiveTask task) {
    return !task.record.state().isEnd() && timers.nanoTime() - task.deadline >= 0;
  }

  /** Begins the time of the task's present state. */
  void watch(LiveTask task) {
    task.alarm.ifPresent(Timers.Scheduled::cancel);
    task.alarm = Optional.empty();
    if (task.record.state().isEnd()) {
      return;
    }
    task.deadline = timers.nanoTime() + task.record.budget().toNanos();
    task.alarm = Optional.of(timers.schedule(task.record.budget(), () -> over.accept(task)));
  }
}
