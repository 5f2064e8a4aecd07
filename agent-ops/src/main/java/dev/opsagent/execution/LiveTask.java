package dev.opsagent.execution;

import dev.opsagent.execution.Timers.Scheduled;
import java.util.Optional;

/** A task in memory: its newest record and what of it runs. Touched only in the engine's turn. */
final class LiveTask {
  /** The record as appended last; committed soon, or everything here is thrown away. */
  TaskRecord record;

  /** Monotonic time at which the present state's budget is used up. */
  long deadline;

  Optional<Scheduled> alarm = Optional.empty();
  Optional<Run> run = Optional.empty();

  /** Whether the workspace has to be probed before the next step, after a restart. */
  boolean restored;

  /** Read by the running step's thread. */
  volatile boolean stopping;

  LiveTask(TaskRecord record) {
    this.record = record;
    this.stopping = record.ending().isPresent();
  }

  /** The command that is being carried out, or waits for its time. */
  static final class Run {
    final Command command;
    private Optional<Thread> thread = Optional.empty();
    private boolean interrupted;
    boolean launched;
    Optional<Scheduled> timer = Optional.empty();

    Run(Command command) {
      this.command = command;
    }

    /** Its thread has begun, on which a call-off may have been waiting. */
    void begunOn(Thread worker) {
      thread = Optional.of(worker);
      if (interrupted) {
        worker.interrupt();
      }
    }

    void interrupt() {
      interrupted = true;
      thread.ifPresent(Thread::interrupt);
    }
  }
}
