package dev.opsagent.operations.image;

import dev.opsagent.authority.Effect;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The steps of this room as plans state them. */
final class Steps {
  static final String CONTEXT = "context";
  static final String BUILD = "build";
  static final String PUSH = "push";
  static final String VERIFY = "verify";

  /** Attempts where only a passing failure is tried again: a peer that is down for a while. */
  private static final int PATIENT = 6;

  private static final Duration EXCHANGE = Duration.ofMinutes(10);

  /** The build itself ends a build that takes too long, and says so; the runner comes after it. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private Steps() {}

  static List<PlannedStep> of(TaskDispatch task, ImageParameters parameters, Sight seen) {
    String reference = parameters.reference();
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(
        PlannedStep.inWorkspace(
            CONTEXT,
            "pack the build context of %s at %s"
                .formatted(seen.branch(), seen.commit().substring(0, 7)),
            EXCHANGE,
            PATIENT));
    steps.add(
        PlannedStep.effect(
            BUILD,
            "build the image " + reference,
            Reversibility.REVERSIBLE,
            new Effect(Effect.Kind.IMAGE_BUILD, reference),
            parameters.timeout().plus(MARGIN),
            2));
    BuildTimeStep.planned(task).ifPresent(steps::add);
    if (parameters.push()) {
      steps.add(
          PlannedStep.effect(
              PUSH,
              "push " + reference,
              Reversibility.FORWARD_ONLY,
              new Effect(Effect.Kind.IMAGE_PUSH, reference),
              EXCHANGE,
              PATIENT));
    }
    steps.add(PlannedStep.check(VERIFY, "read back " + reference, EXCHANGE, PATIENT));
    return steps;
  }
}
