package dev.opsagent.execution;

import java.util.Optional;

/**
 * The bounded on-disk index of the tasks of a partition that have ended: kept longer than {@code
 * pm.tasks} retains, rebuilt from the ledger.
 */
public interface KnownTasks extends AutoCloseable {
  /** Looks a task up; at most tens of microseconds. */
  Optional<Known> find(String taskId);

  void put(String taskId, Known known);

  /** Makes what was put durable, with the ledger offset up to which the index is complete. */
  void checkpoint(long ledgerOffset);

  /** The ledger offset of the last checkpoint; 0 when there is none. */
  long checkpointed();

  @Override
  void close();

  /**
   * @param payloadDigest of the dispatch
   * @param lastReport the end report, as JSON
   */
  record Known(String payloadDigest, byte[] lastReport) {}
}
