package dev.opsagent.execution;

import dev.opsagent.execution.KnownTasks.Known;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskCancel;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds the ledger of one partition: the latest record of each key wins. Tasks that ended go to the
 * index of known tasks, so that memory holds only what is in flight.
 */
public final class LedgerFold {
  static final String AUDIT = "~audit";
  static final String DEPLOYMENT = "~deployment/";
  static final String CANCEL = "~cancel/";

  private final KnownTasks known;
  private final long indexed;
  private final Map<String, TaskRecord> open = new LinkedHashMap<>();
  private final Map<String, DeploymentRecord> deployments = new HashMap<>();
  private final Map<String, TaskCancel> cancels = new HashMap<>();
  private Optional<AuditHead> head = Optional.empty();

  /** The last record of the partition's audit chain. */
  record AuditHead(long sequence, String hash) {}

  public LedgerFold(KnownTasks known) {
    this.known = known;
    this.indexed = known.checkpointed();
  }

  /**
   * Takes the next ledger record.
   *
   * @param value empty for a tombstone
   */
  public void add(String key, Optional<byte[]> value, long offset) {
    if (!key.startsWith("~")) {
      value.ifPresentOrElse(bytes -> task(key, bytes, offset), () -> open.remove(key));
      return;
    }
    if (key.equals(AUDIT)) {
      head = value.map(bytes -> Json.read(bytes, AuditHead.class));
      return;
    }
    if (key.startsWith(DEPLOYMENT)) {
      value.ifPresent(bytes -> deployments.put(key, Json.read(bytes, DeploymentRecord.class)));
      return;
    }
    if (key.startsWith(CANCEL)) {
      String taskId = key.substring(CANCEL.length());
      value.ifPresentOrElse(
          bytes -> cancels.put(taskId, Json.read(bytes, TaskCancel.class)),
          () -> cancels.remove(taskId));
    }
  }

  private void task(String taskId, byte[] bytes, long offset) {
    TaskRecord record = Json.read(bytes, TaskRecord.class);
    if (!record.state().isEnd() || record.held()) {
      open.put(taskId, record);
      return;
    }
    open.remove(taskId);
    if (offset >= indexed) {
      byte[] report = Json.write(record.lastReport().orElseThrow());
      known.put(taskId, new Known(record.payloadDigest(), report));
    }
  }

  Collection<TaskRecord> open() {
    return List.copyOf(open.values());
  }

  Collection<DeploymentRecord> deployments() {
    return deployments.values();
  }

  Map<String, TaskCancel> cancels() {
    return cancels;
  }

  Optional<AuditHead> head() {
    return head;
  }
}
