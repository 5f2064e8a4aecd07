package dev.opsagent.execution;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tasks of one partition that have not ended, by target: one at a time, in order of arrival.
 */
final class Lanes {
  private static final Comparator<LiveTask> ARRIVAL =
      Comparator.comparingLong(task -> task.record.offset());

  private final Map<String, LiveTask> byId = new HashMap<>();
  private final Map<String, TreeSet<LiveTask>> byTarget = new HashMap<>();
  private final Map<String, LiveTask> holders = new HashMap<>();

  void add(LiveTask task) {
    byId.put(task.record.id(), task);
    if (task.record.state().isEnd()) {
      holders.put(target(task), task);
      return;
    }
    byTarget.computeIfAbsent(target(task), _ -> new TreeSet<>(ARRIVAL)).add(task);
  }

  Optional<LiveTask> find(String taskId) {
    return Optional.ofNullable(byId.get(taskId));
  }

  Optional<LiveTask> head(String target) {
    return Optional.ofNullable(byTarget.get(target)).map(TreeSet::first);
  }

  /** The id of the task that holds the target in doubt. */
  Optional<String> holder(String target) {
    return Optional.ofNullable(holders.get(target)).map(task -> task.record.id());
  }

  /** The task has ended. Returns false while it still holds its target, or is gone already. */
  boolean leave(LiveTask task) {
    String target = target(task);
    TreeSet<LiveTask> lane = byTarget.get(target);
    if (lane != null && lane.remove(task) && lane.isEmpty()) {
      byTarget.remove(target);
    }
    if (task.record.held()) {
      holders.put(target, task);
      return false;
    }
    holders.remove(target, task);
    return byId.remove(task.record.id(), task);
  }

  int size() {
    return byId.size();
  }

  Set<String> targets() {
    return Set.copyOf(byTarget.keySet());
  }

  List<LiveTask> all() {
    return new ArrayList<>(byId.values());
  }

  private static String target(LiveTask task) {
    return task.record.dispatch().target().key();
  }
}
