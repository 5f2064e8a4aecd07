package dev.opsagent.cli;

import dev.opsagent.protocol.StatusReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The newest report of a task, and of every task. */
final class LastReport {
  private final Map<String, StatusReport> byTask = new LinkedHashMap<>();

  private LastReport() {}

  /** Of the task, if there is any. */
  static Optional<StatusReport> find(String taskId, Bus bus) {
    LastReport last = new LastReport();
    bus.history(Optional.of(taskId), last::see);
    return Optional.ofNullable(last.byTask.get(taskId));
  }

  /** Of the task, which must be known. */
  static StatusReport of(String taskId, Bus bus) {
    return find(taskId, bus)
        .orElseThrow(() ->
            CommandFailed.usage(
                "find task " + taskId,
                "no report of it is on the bus",
                "check the id, the topic prefix and the fleet"));
  }

  /** Of every task that has not ended. */
  static List<StatusReport> ofOpen(Bus bus) {
    LastReport last = new LastReport();
    bus.history(Optional.empty(), last::see);
    return last.byTask.values().stream().filter(it -> !it.state().isEnd()).toList();
  }

  /** That another order was refused under a taken id says nothing about the task. */
  private void see(StatusReport report) {
    StatusReport before = byTask.get(report.taskId());
    if (before == null || report.revision() > before.revision()) {
      byTask.put(report.taskId(), report);
    }
  }
}
