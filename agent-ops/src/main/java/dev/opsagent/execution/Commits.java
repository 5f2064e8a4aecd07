package dev.opsagent.execution;

import dev.opsagent.execution.Journal.Appended;
import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.KnownTasks.Known;
import dev.opsagent.execution.PartitionEngine.Ports;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings transitions into the journal. A task's record in memory is the one appended last: entries
 * commit in order or not at all. What a transition commands begins once its entry is committed.
 * Called in turns of the engine only.
 */
final class Commits {
  private final Ports ports;
  private final PartitionEngine engine;
  private final EntryWriter writer;
  private final Lanes lanes;
  private final Deadlines deadlines;
  private int unanswered;

  Commits(
      Ports ports, PartitionEngine engine, EntryWriter writer, Lanes lanes, Deadlines deadlines) {
    this.ports = ports;
    this.engine = engine;
    this.writer = writer;
    this.lanes = lanes;
    this.deadlines = deadlines;
  }

  /** Whether an entry's outcome is still open. */
  boolean pending() {
    return unanswered > 0;
  }

  /** Commits the first transition of a task that has just come in. */
  void begin(LiveTask task, Transition transition, Consumed consumed) {
    deadlines.watch(task);
    commit(task, transition, Optional.of(consumed));
  }

  void commit(LiveTask task, Transition transition, Optional<Consumed> consumed) {
    TaskRecord before = task.record;
    task.record = onTarget(deadlines.carryOver(task, transition.next()));
    task.stopping = task.record.ending().isPresent();
    boolean moved = before.state() != task.record.state();
    if (moved || !before.early().equals(task.record.early())) {
      deadlines.watch(task);
    }
    if (moved || begins(transition.command())) {
      task.moves++;
    }
    long move = task.moves;
    Entry entry =
        writer.transition(before, task.record, transition, consumed, ports.timers().now());
    append(entry, () -> committed(task, transition, move));
    if (transition.command() instanceof Command.Resolve) {
      engine.carryOut(task, transition.command());
    }
    boolean heldBack = moved && task.record.state() == TaskState.ACCEPTED;
    if (heldBack || (moved && lanes.standBack(task))) {
      engine.freed(task.target());
    }
    if (task.record.state().isEnd()) {
      boolean first = lanes.leave(task);
      engine.count();
      if (first) {
        engine.freed(task.target());
      }
    }
  }

  /** Notes what runs on the target before the task has planned anything there. */
  private TaskRecord onTarget(TaskRecord record) {
    return record.plan().isPresent()
        ? record
        : record.deployedOver(writer.deployed(record.dispatch().target().key()));
  }

  void append(Entry entry, Runnable then) {
    unanswered++;
    ports.journal().append(entry, outcome -> engine.hear(() -> answered(entry, outcome, then)));
  }

  private void answered(Entry entry, Appended outcome, Runnable then) {
    unanswered--;
    if (outcome == Appended.LOST) {
      engine.lost();
      return;
    }
    entry.records().forEach(ports.listener()::recorded);
    engine.unlessClosed(then);
    engine.checkDrained();
  }

  private void committed(LiveTask task, Transition transition, long move) {
    publish(transition);
    TaskRecord record = transition.next();
    if (record.state().isEnd() && !record.held()) {
      ended(task, record);
    }
    // The task may have left what the command is for before its entry was committed.
    boolean overtaken = begins(transition.command()) && task.moves != move;
    if (!overtaken && !(transition.command() instanceof Command.Resolve)) {
      engine.carryOut(task, transition.command());
    }
  }

  /** Whether it begins work, rather than ending or leaving alone what runs. */
  private static boolean begins(Command command) {
    return switch (command) {
      case Command.Resolve _, Command.Run _, Command.Undo _ -> true;
      case Command.Idle _, Command.Interrupt _ -> false;
    };
  }

  private void publish(Transition transition) {
    for (Prewritten<StatusReport> written : transition.reports()) {
      StatusReport report = written.value();
      report
          .step()
          .ifPresent(step ->
              ports
                  .listener()
                  .stepEnded(report.operation(), step.name(), step.outcome(), took(step)));
    }
  }

  private static Duration took(StepReport step) {
    return Duration.ofMillis(step.durationMillis());
  }

  private void ended(LiveTask task, TaskRecord record) {
    if (!lanes.forget(task)) {
      return;
    }
    StatusReport report = record.lastReport().orElseThrow();
    ports.known().put(record.id(), Known.of(record.payloadDigest(), record.told().orElseThrow()));
    ports.workers().execute(() -> ports.forget().accept(record.id()));
    ports
        .listener()
        .taskEnded(
            record.dispatch().operation(),
            record.state(),
            report.reason().map(Reason::code),
            Duration.between(record.acceptedAt(), report.at()));
    engine.count();
  }
}
