package dev.opsagent.execution;

import dev.opsagent.protocol.TaskState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tasks of one partition that have not ended, by target: one at a time, in order of arrival. A
 * task that overtakes goes before those that only wait, never before one that has started.
 */
final class Lanes {
  private final Map<String, LiveTask> byId = new ConcurrentHashMap<>();
  private final Map<String, List<LiveTask>> byTarget = new HashMap<>();
  private final Map<String, LiveTask> holders = new HashMap<>();
  private long arrivals;

  /** Takes back what was found in the ledger, in whichever order. */
  void restore(List<LiveTask> tasks) {
    tasks.stream()
        .sorted(Comparator.comparingLong(task -> task.record.arrival()))
        .forEach(this::add);
  }

  void add(LiveTask task) {
    byId.put(task.record.id(), task);
    arrivals = Math.max(arrivals, task.record.arrival());
    if (task.record.state().isEnd()) {
      holders.put(task.target(), task);
      return;
    }
    place(task, byTarget.computeIfAbsent(task.target(), _ -> new ArrayList<>()));
  }

  private static boolean goesBefore(LiveTask task, LiveTask other) {
    if (!onlyWaits(other)) {
      return false;
    }
    if (!onlyWaits(task)) {
      return true;
    }
    if (task.overtakes != other.overtakes) {
      return task.overtakes;
    }
    return task.record.arrival() < other.record.arrival();
  }

  private static boolean onlyWaits(LiveTask task) {
    TaskState state = task.record.state();
    return state == TaskState.ACCEPTED || state.waitsAtGate();
  }

  /**
   * A task that had started only waits now: what overtakes may go before it.
   *
   * @return whether another one is the first of the lane now
   */
  boolean standBack(LiveTask task) {
    List<LiveTask> lane = byTarget.get(task.target());
    if (lane == null || !onlyWaits(task) || !lane.remove(task)) {
      return false;
    }
    place(task, lane);
    return lane.getFirst() != task;
  }

  private static void place(LiveTask task, List<LiveTask> lane) {
    int place = lane.size();
    while (place > 0 && goesBefore(task, lane.get(place - 1))) {
      place--;
    }
    lane.add(place, task);
  }

  /** The number of the next task to arrive. */
  long nextArrival() {
    return arrivals + 1;
  }

  Optional<LiveTask> find(String taskId) {
    return Optional.ofNullable(byId.get(taskId));
  }

  Optional<LiveTask> head(String target) {
    return Optional.ofNullable(byTarget.get(target)).map(List::getFirst);
  }

  /** Whether it is the task's turn, and no doubt holds its target. */
  boolean mayGoOn(LiveTask task) {
    return head(task.target()).filter(it -> it == task).isPresent()
        && holder(task.target()).isEmpty();
  }

  /** The id of the task that holds the target in doubt. */
  Optional<String> holder(String target) {
    return Optional.ofNullable(holders.get(target)).map(task -> task.record.id());
  }

  /**
   * The task's end is written, if not committed yet: the next one may be looked at.
   *
   * @return whether it was the first of its lane
   */
  boolean leave(LiveTask task) {
    String target = task.target();
    boolean first = head(target).filter(it -> it == task).isPresent();
    List<LiveTask> lane = byTarget.get(target);
    if (lane != null && lane.remove(task) && lane.isEmpty()) {
      byTarget.remove(target);
    }
    if (task.record.held()) {
      holders.put(target, task);
    } else {
      first |= holders.remove(target, task);
    }
    return first;
  }

  /** The task's end is committed. Returns false when it is gone already. */
  boolean forget(LiveTask task) {
    return byId.remove(task.record.id(), task);
  }

  /** What is in the lanes otherwise than in the ledger; a task whose end is written may be. */
  Optional<String> differsFrom(Collection<TaskRecord> ledger) {
    int open = 0;
    for (TaskRecord record : ledger) {
      Optional<TaskRecord> here = find(record.id()).map(task -> task.record);
      if (!here.equals(Optional.of(record))) {
        return Optional.of("memory has " + here + ", the ledger has " + record);
      }
      open++;
    }
    long here =
        byId.values().stream()
            .filter(task -> !task.record.state().isEnd() || task.record.held())
            .count();
    return here == open
        ? Optional.empty()
        : Optional.of("memory has %d open tasks, the ledger has %d".formatted(here, open));
  }

  /** The tasks that have not ended; those that hold their targets take nobody's room. */
  int open() {
    return byId.size() - holders.size();
  }

  /** In the same order for the same tasks, so that a simulation can be repeated. */
  List<String> targets() {
    return List.copyOf(byTarget.keySet());
  }

  List<LiveTask> all() {
    return new ArrayList<>(byId.values());
  }

  /** For those who count: the only question that may be asked outside the engine's turn. */
  List<OpenTask> counted() {
    return byId.values().stream()
        .map(task -> task.record)
        .filter(record -> !record.state().isEnd() || record.held())
        .map(OpenTask::of)
        .toList();
  }
}
