package dev.opsagent.simulation;

import dev.opsagent.execution.KnownTasks;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The index of known tasks in memory. */
public final class MemoryIndex implements KnownTasks {
  private final Map<String, Known> tasks = new HashMap<>();
  private final Set<String> removed = new HashSet<>();

  @Override
  public Optional<Known> find(String taskId) {
    return Optional.ofNullable(tasks.get(taskId));
  }

  @Override
  public void put(String taskId, Known known) {
    tasks.put(taskId, known);
  }

  @Override
  public Batch oldest(Instant endedBefore, int most) {
    List<String> ids =
        tasks.entrySet().stream()
            .filter(task -> !removed.contains(task.getKey()))
            .filter(task -> task.getValue().endedAt().isBefore(endedBefore))
            .map(Map.Entry::getKey)
            .limit(most)
            .toList();
    return new Batch(ids, 0);
  }

  @Override
  public void removed(Batch batch) {
    removed.addAll(batch.taskIds());
  }

  @Override
  public void checkpoint(long ledgerOffset) {}

  @Override
  public long checkpointed() {
    return 0;
  }

  @Override
  public void close() {}
}
