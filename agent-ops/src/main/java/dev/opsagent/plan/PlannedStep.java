package dev.opsagent.plan;

import dev.opsagent.authority.Effect;
import java.time.Duration;
import java.util.List;

/**
 * One step of a plan.
 *
 * @param name unique in the plan; the operation makes its {@code Step} from it
 * @param description the action in words, used in every report and error: "push main and v1.0.1 to
 *     origin"
 * @param workspace whether the step's result lives in the task's workspace, so that another worker
 *     that takes the task over has to do it again
 * @param effects every effect outside the workspace; a step without effects is a check or works in
 *     the workspace only
 * @param paths every path that the step may commit, relative to the repository's root
 * @param timeout the longest one attempt may take
 * @param attempts how often a passing failure is tried again, the first attempt included
 */
public record PlannedStep(
    String name,
    String description,
    boolean workspace,
    Reversibility reversibility,
    List<Effect> effects,
    List<String> paths,
    Duration timeout,
    int attempts) {
  public PlannedStep {
    effects = List.copyOf(effects);
    paths = List.copyOf(paths);
  }

  /** A step that changes nothing. */
  public static PlannedStep check(String name, String description, Duration timeout, int attempts) {
    return without(name, description, false, timeout, attempts);
  }

  /** A step whose result lies in the task's workspace. */
  public static PlannedStep inWorkspace(
      String name, String description, Duration timeout, int attempts) {
    return without(name, description, true, timeout, attempts);
  }

  private static PlannedStep without(
      String name, String description, boolean workspace, Duration timeout, int attempts) {
    return new PlannedStep(
        name,
        description,
        workspace,
        Reversibility.REVERSIBLE,
        List.of(),
        List.of(),
        timeout,
        attempts);
  }

  /** A step with one effect. */
  public static PlannedStep effect(
      String name,
      String description,
      Reversibility reversibility,
      Effect effect,
      Duration timeout,
      int attempts) {
    return new PlannedStep(
        name, description, false, reversibility, List.of(effect), List.of(), timeout, attempts);
  }
}
