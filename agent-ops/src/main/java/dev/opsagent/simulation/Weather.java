package dev.opsagent.simulation;

import java.time.Duration;

/** What brokers, network and group are like for one writer. */
public interface Weather {
  /** How long the next transaction takes. */
  Duration latency();

  /** The most entries that the next transaction takes. */
  int most();

  /** What becomes of the transaction that is about to end. */
  Fate fate();

  /** Whether the group has confirmed lately enough that the partition is this writer's. */
  boolean leaseHolds();

  /** What can become of a transaction. */
  enum Fate {
    COMMITTED,
    /** No broker answers; it is tried again. */
    DELAYED,
    /** It is committed, but the answer is lost, so that the writer cannot know. */
    COMMITTED_UNKNOWN,
    /** It is aborted, but the answer is lost. */
    ABORTED_UNKNOWN,
    /** The writer dies right after the commit. */
    COMMITTED_DEAD,
    /** The writer dies in the middle: the transaction stays open until the next writer begins. */
    OPEN_DEAD
  }

  /** Nothing goes wrong, at once. */
  Weather FAIR =
      new Weather() {
        @Override
        public Duration latency() {
          return Duration.ZERO;
        }

        @Override
        public int most() {
          return Integer.MAX_VALUE;
        }

        @Override
        public Fate fate() {
          return Fate.COMMITTED;
        }

        @Override
        public boolean leaseHolds() {
          return true;
        }
      };
}
