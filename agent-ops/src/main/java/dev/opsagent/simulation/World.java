package dev.opsagent.simulation;

import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.TaskDispatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The world outside, which outlives every worker: the effect ledger. It knows what stands, and what
 * runs on each target.
 */
final class World {
  private final Set<String> standing = new HashSet<>();
  private final Set<String> happenedOnce = new HashSet<>();
  private final Map<String, String> running = new HashMap<>();
  private final Map<String, Optional<String>> replaced = new HashMap<>();
  private int effects;

  /** How often something was done or undone. */
  int effects() {
    return effects;
  }

  static String key(TaskDispatch task, PlannedStep step) {
    return key(task.taskId(), step.name());
  }

  static String key(String taskId, String step) {
    return taskId + "/" + step;
  }

  boolean stands(String key) {
    return standing.contains(key);
  }

  /** Whether this is the first time. */
  boolean first(String what) {
    return happenedOnce.add(what);
  }

  /** The effect happens. Returns false when it stood already: it was done twice. */
  boolean make(String key) {
    effects++;
    return standing.add(key);
  }

  /** The effect is taken back, if it stands. */
  void takeBack(String key) {
    if (standing.remove(key)) {
      effects++;
    }
  }

  /** Another version runs on the target. */
  void deploy(String target, String version) {
    replaced.put(version, Optional.ofNullable(running.put(target, version)));
  }

  /** What ran before the version runs again. */
  void withdraw(String target, String version) {
    Optional<String> before = replaced.getOrDefault(version, Optional.empty());
    if (running.remove(target, version)) {
      before.ifPresent(it -> running.put(target, it));
    }
  }

  Optional<String> running(String target) {
    return Optional.ofNullable(running.get(target));
  }

  /** The steps of the task whose effects stand. */
  List<String> standing(String taskId) {
    List<String> steps = new ArrayList<>();
    for (String key : standing) {
      if (key.startsWith(taskId + "/")) {
        steps.add(key.substring(taskId.length() + 1));
      }
    }
    return steps;
  }
}
