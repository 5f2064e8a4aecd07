package dev.opsagent.execution;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Prewritten;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskState;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folds the ledger of one partition into what its lanes go on with: the latest record of each key
 * wins. Tasks that ended take no memory here; {@link IndexFill} knows them.
 */
public final class LedgerFold {
  static final String OWN = "~";
  static final String AUDIT = "~audit";
  static final String DEPLOYMENT = "~deployment/";
  static final String CANCEL = "~cancel/";
  static final String INCIDENT = "~incident/";
  static final String SPOKEN = "~spoken/";

  private final Map<String, byte[]> open = new LinkedHashMap<>();
  private final Map<String, DeploymentRecord> deployments = new HashMap<>();
  private final Map<String, EarlyCancel> cancels = new HashMap<>();
  private final Map<String, Incident> incidents = new LinkedHashMap<>();
  private final Map<String, Long> spoken = new LinkedHashMap<>();
  private Optional<AuditHead> head = Optional.empty();

  /** The last record of the partition's audit chain. */
  record AuditHead(long sequence, String hash) {}

  /** As much of a task's record as tells whether it has ended. */
  private record Standing(TaskState state, boolean held) {
    boolean ended() {
      return state.isEnd() && !held;
    }
  }

  /** And what the index keeps of it. */
  record Glance(
      TaskState state,
      boolean held,
      String payloadDigest,
      @JsonProperty("lastReport") Optional<Prewritten<StatusReport>> told) {
    boolean ended() {
      return state.isEnd() && !held;
    }
  }

  /** A cancel that came before its task. */
  record EarlyCancel(TaskCancel cancel, Instant at) {}

  /**
   * Takes the next ledger record.
   *
   * @param value empty for a tombstone
   */
  public void add(String key, Optional<byte[]> value) {
    if (!key.startsWith(OWN)) {
      value.ifPresentOrElse(bytes -> task(key, bytes), () -> open.remove(key));
      return;
    }
    if (key.equals(AUDIT)) {
      head = value.map(bytes -> Json.readAcrossReleases(bytes, AuditHead.class));
      return;
    }
    if (key.startsWith(DEPLOYMENT)) {
      value.ifPresent(
          bytes -> deployments.put(key, Json.readAcrossReleases(bytes, DeploymentRecord.class)));
      return;
    }
    if (key.startsWith(CANCEL)) {
      String taskId = key.substring(CANCEL.length());
      value.ifPresentOrElse(
          bytes -> cancels.put(taskId, Json.readAcrossReleases(bytes, EarlyCancel.class)),
          () -> cancels.remove(taskId));
      return;
    }
    if (key.startsWith(INCIDENT)) {
      String id = key.substring(INCIDENT.length());
      value.ifPresentOrElse(
          bytes -> incidents.put(id, Json.readAcrossReleases(bytes, Incident.class)),
          () -> incidents.remove(id));
      return;
    }
    if (key.startsWith(SPOKEN)) {
      value.ifPresent(bytes ->
          spoken.put(
              key.substring(SPOKEN.length()),
              Json.readAcrossReleases(bytes, Incidents.Spoken.class).offset()));
    }
  }

  private void task(String taskId, byte[] bytes) {
    if (Json.readAcrossReleases(bytes, Standing.class).ended()) {
      open.remove(taskId);
      return;
    }
    open.put(taskId, bytes); // a later one may replace it: only the last is worth reading
  }

  Collection<TaskRecord> open() {
    return open.values().stream()
        .map(bytes -> Json.readAcrossReleases(bytes, TaskRecord.class))
        .toList();
  }

  Collection<DeploymentRecord> deployments() {
    return deployments.values();
  }

  Map<String, EarlyCancel> cancels() {
    return cancels;
  }

  Collection<Incident> incidents() {
    return incidents.values();
  }

  Map<String, Long> spoken() {
    return spoken;
  }

  Optional<AuditHead> head() {
    return head;
  }
}
