package dev.opsagent.plan;

import dev.opsagent.authority.Effect;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import java.util.List;
import java.util.Locale;

/**
 * The steps that carry a task out, in order, and the digest that identifies them.
 *
 * @param digest over the observations, every declaration of the steps, and the conditions under
 *     which it was made
 */
public record Plan(String digest, List<PlannedStep> steps) {
  public Plan {
    steps = List.copyOf(steps);
  }

  /** A plan made of these observations and steps. */
  public static Plan of(Facts observations, List<PlannedStep> steps) {
    return new Plan(Digests.sha256(observations.values() + "\n" + steps), steps);
  }

  /**
   * The same plan under conditions of which the digest tells, so that consent to it is consent to
   * them as well.
   */
  public Plan under(String conditions) {
    return new Plan(Digests.sha256(digest + "\n" + conditions), steps);
  }

  /** The plan as people and programs see it. */
  public PlanReport report() {
    return new PlanReport(digest, steps.stream().map(Plan::report).toList());
  }

  private static PlannedStepReport report(PlannedStep step) {
    return new PlannedStepReport(
        step.name(),
        step.description(),
        step.reversibility().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        step.effects().stream().map(Effect::toString).toList(),
        step.paths());
  }
}
