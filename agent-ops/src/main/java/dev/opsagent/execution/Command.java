package dev.opsagent.execution;

import java.time.Duration;

/** What the engine does once a transition is committed. */
sealed interface Command {
  /** Nothing: the task has ended, waits, or something of it still runs. */
  record Idle() implements Command {}

  /** Reads only, so that it need not wait for its entry to be committed. */
  record Resolve(Duration delay) implements Command {}

  record Run(int step, Duration delay) implements Command {}

  record Undo(int step, Duration delay) implements Command {}

  /** End what runs now; its result decides how to go on. */
  record Interrupt() implements Command {}

  Command IDLE = new Idle();
}
