package dev.opsagent.execution;

import dev.opsagent.protocol.StatusReport.Wall;
import java.time.Duration;
import java.util.Optional;

/**
 * The limits of one partition's engine.
 *
 * @param taskTimeout the time that a task has when it does not say
 * @param decisionTimeout how long a person may take to decide
 * @param undoTimeout how long undoing may take before a person must look
 * @param lookups how often a passing failure to resolve is tried again
 * @param ledgerRetention how long ended tasks stay in the ledger; longer than {@code pm.tasks}
 *     keeps their orders, so that an order read again finds its task also where the index is lost
 * @param capacity tasks that may be in flight before {@code pm.tasks} is paused
 * @param interruptGrace how long an interrupted step may take to end before it counts as in doubt
 * @param wall what holds the programs that steps start, for reports; absent where none are started
 */
public record PartitionSettings(
    Duration taskTimeout,
    Duration decisionTimeout,
    Duration undoTimeout,
    int lookups,
    Duration ledgerRetention,
    int capacity,
    Duration interruptGrace,
    Optional<Wall> wall) {
  public static final PartitionSettings DEFAULT =
      new PartitionSettings(
          Duration.ofHours(1),
          Duration.ofHours(24),
          Duration.ofMinutes(15),
          5,
          Duration.ofDays(15),
          1000,
          Duration.ofSeconds(30),
          Optional.empty());

  /** The same with other times for tasks and decisions. */
  public PartitionSettings withTimeouts(Duration task, Duration decision) {
    return new PartitionSettings(
        task, decision, undoTimeout, lookups, ledgerRetention, capacity, interruptGrace, wall);
  }

  /** The same with another time for ended tasks to stay in the ledger. */
  public PartitionSettings withLedgerRetention(Duration retention) {
    return new PartitionSettings(
        taskTimeout,
        decisionTimeout,
        undoTimeout,
        lookups,
        retention,
        capacity,
        interruptGrace,
        wall);
  }

  /** The same with reports that name this wall. */
  public PartitionSettings behind(Wall named) {
    return new PartitionSettings(
        taskTimeout,
        decisionTimeout,
        undoTimeout,
        lookups,
        ledgerRetention,
        capacity,
        interruptGrace,
        Optional.of(named));
  }
}
