package dev.opsagent.execution;

import dev.opsagent.execution.KnownTasks.Known;
import dev.opsagent.execution.LedgerFold.Glance;
import dev.opsagent.protocol.Json;
import java.util.Optional;

/** Puts the tasks that have ended into the index, as the ledger of their partition is read. */
public final class IndexFill {
  private final KnownTasks known;

  public IndexFill(KnownTasks known) {
    this.known = known;
  }

  /**
   * Takes the next ledger record.
   *
   * @param value empty for a tombstone: the task stays known
   */
  public void add(String key, Optional<byte[]> value) {
    if (!key.startsWith(LedgerFold.OWN)) {
      value.ifPresent(bytes -> task(key, bytes));
    }
  }

  private void task(String taskId, byte[] bytes) {
    Glance task = Json.readAcrossReleases(bytes, Glance.class);
    if (task.ended()) {
      known.put(taskId, Known.of(task.payloadDigest(), task.told().orElseThrow()));
    }
  }
}
