package dev.opsagent.execution;

import dev.opsagent.execution.Timers.Scheduled;
import java.util.Optional;

/** A task in memory: its newest record and what of it runs. Changed only in the engine's turn. */
final class LiveTask {
  /**
   * The record as appended last; committed soon, or everything here is thrown away. Read by those
   * who count, on any thread.
   */
  volatile TaskRecord record;

  /** Monotonic time at which the present state's budget is used up. */
  long deadline;

  Optional<Scheduled> alarm = Optional.empty();
  Optional<Run> run = Optional.empty();

  /** Looks again whether its time has come, while something holds it back. */
  Optional<Scheduled> heldBack = Optional.empty();

  /** How often it has changed its state or begun work. */
  long moves;

  /** Whether the workspace has to be probed before the next step, after a restart. */
  boolean restored;

  /** Whether it has been escalated that a secret came out of what it runs. */
  boolean leaked;

  /** Read by the running step's thread. */
  volatile boolean stopping;

  /** Whether it goes before the tasks of its lane that only wait. */
  final boolean overtakes;

  LiveTask(TaskRecord record, boolean overtakes) {
    this.record = record;
    this.overtakes = overtakes;
    this.stopping = record.ending().isPresent();
  }

  String target() {
    return record.dispatch().target().key();
  }

  /** The command that is being carried out, or waits for its time. */
  static final class Run {
    final Command command;
    private Optional<Thread> thread = Optional.empty();
    private boolean interrupted;
    private volatile boolean givenUp;
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

    /** Whatever becomes of it is not heard, and nothing of it may begin any more. */
    void giveUp() {
      givenUp = true;
      interrupt();
    }

    /** Asked by its thread. */
    boolean givenUp() {
      return givenUp;
    }
  }
}
