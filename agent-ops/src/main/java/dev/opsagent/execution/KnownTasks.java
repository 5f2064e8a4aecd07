package dev.opsagent.execution;

import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The bounded on-disk index of the tasks of a partition that have ended: kept longer than {@code
 * pm.tasks} retains, rebuilt from the ledger.
 */
public interface KnownTasks extends AutoCloseable {
  /** Looks a task up; at most tens of microseconds. */
  Optional<Known> find(String taskId);

  void put(String taskId, Known known);

  /**
   * The tasks whose ledger records are to be removed next: those that ended first.
   *
   * @param endedBefore only tasks that ended before this
   * @param most at most so many
   */
  Batch oldest(Instant endedBefore, int most);

  /** The batch's ledger records are removed; it is not handed out again. */
  void removed(Batch batch);

  /** Makes what was put durable, with the ledger offset up to which the index is complete. */
  void checkpoint(long ledgerOffset);

  /** The ledger offset of the last checkpoint; 0 when there is none. */
  long checkpointed();

  @Override
  void close();

  /**
   * A task that has ended.
   *
   * @param payloadDigest of the dispatch
   * @param lastReport the end report, as JSON
   */
  record Known(String payloadDigest, Instant endedAt, byte[] lastReport) {
    static Known of(String payloadDigest, Prewritten<StatusReport> lastReport) {
      return new Known(payloadDigest, lastReport.value().at(), lastReport.bytes());
    }
  }

  /**
   * Tasks in the order in which they ended.
   *
   * @param upTo the place of the last one in the index
   */
  record Batch(List<String> taskIds, long upTo) {
    public Batch {
      taskIds = List.copyOf(taskIds);
    }
  }
}
