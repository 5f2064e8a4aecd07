package dev.opsagent.execution;

import java.time.Duration;

/**
 * The limits of one partition's engine.
 *
 * @param taskTimeout the time that a task has when it does not say
 * @param decisionTimeout how long a person may take to decide
 * @param capacity tasks that may be in flight before {@code pm.tasks} is paused
 * @param interruptGrace how long an interrupted step may take to end before it counts as in doubt
 */
public record PartitionSettings(
    Duration taskTimeout, Duration decisionTimeout, int capacity, Duration interruptGrace) {
  public static final PartitionSettings DEFAULT =
      new PartitionSettings(
          Duration.ofHours(1), Duration.ofHours(24), 1000, Duration.ofSeconds(30));
}
