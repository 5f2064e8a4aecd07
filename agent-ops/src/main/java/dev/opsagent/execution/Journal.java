package dev.opsagent.execution;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The durable record of one partition. Entries become visible together and in order; a record is
 * state only once its entry is committed.
 */
public interface Journal extends StepContext.Fence {
  /**
   * Appends the entry with whatever others wait, in one transaction. Never blocks.
   *
   * @param done called on the journal's thread with the outcome, in the order of the appends
   */
  void append(Entry entry, Consumer<Appended> done);

  /** Where an input record lies, for those who look it up: {@code topic/partition@offset}. */
  default String address(Consumed consumed) {
    return consumed.input() + "@" + consumed.offset();
  }

  /** What became of an entry. */
  enum Appended {
    COMMITTED,
    /** This worker no longer owns the partition, or cannot tell; state must be restored. */
    LOST
  }

  /**
   * Records that become visible together.
   *
   * @param consumed the input record whose processing this entry completes
   */
  record Entry(List<JournalRecord> records, Optional<Consumed> consumed) {
    public Entry {
      records = List.copyOf(records);
    }
  }

  /** The position of an input record: its own offset, not the next one. */
  record Consumed(Input input, long offset) {}

  /** The two input topics of a partition. */
  enum Input {
    TASKS,
    CONTROL
  }
}
