package dev.opsagent.protocol;

import java.util.List;

/**
 * A plan as people and programs see it.
 *
 * @param digest identifies the plan: a dry run and its real run have the same
 */
public record PlanReport(String digest, List<PlannedStepReport> steps) {
  public PlanReport {
    Checks.matches("plan.digest", digest, Digests.SHA256);
    steps = List.copyOf(steps);
  }

  /**
   * One step that the plan will take.
   *
   * @param reversibility {@code reversible}, {@code forward-only} or {@code irreversible}
   * @param effects every effect outside the workspace, as {@code kind resource}
   * @param paths every path that the step may commit
   */
  public record PlannedStepReport(
      String name,
      String description,
      String reversibility,
      List<String> effects,
      List<String> paths) {
    public PlannedStepReport {
      effects = List.copyOf(effects);
      paths = List.copyOf(paths);
    }
  }
}
