package dev.opsagent.operations;

import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What a task demands of that which one check enforces.
 *
 * @param wanted the bounds, in words
 * @param check its name, as results tell it
 */
public record Demanded(Map<Requirement, String> wanted, String check) {
  public Demanded {
    wanted = Collections.unmodifiableMap(copy(wanted));
  }

  /** In the order of the requirements; another map than an enum's may be empty. */
  private static Map<Requirement, String> copy(Map<Requirement, String> wanted) {
    Map<Requirement, String> copy = new EnumMap<>(Requirement.class);
    copy.putAll(wanted);
    return copy;
  }

  /** Of the task, what is enforced by the check. */
  public static Demanded of(TaskDispatch task, Set<Requirement> enforced, String check) {
    Map<Requirement, String> wanted = copy(task.requirements().demanded());
    wanted.keySet().retainAll(enforced);
    return new Demanded(wanted, check);
  }

  /** Whether there is nothing to check. */
  public boolean isEmpty() {
    return wanted.isEmpty();
  }

  /**
   * All of it is satisfied.
   *
   * @param measured what was found of each, in words
   */
  public List<Deliverable> results(Function<Requirement, String> measured) {
    return told(measured, true);
  }

  /** None of it was measured, and a person says that it is done. */
  public List<Deliverable> accepted() {
    return told(_ -> "not measured; a person has accepted it", false);
  }

  private List<Deliverable> told(Function<Requirement, String> measured, boolean satisfied) {
    return wanted.entrySet().stream()
        .<Deliverable>map(it ->
            new RequirementResult(
                it.getKey(), it.getValue(), measured.apply(it.getKey()), satisfied, check))
        .toList();
  }
}
