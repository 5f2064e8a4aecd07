package dev.opsagent.operations;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Retention;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Requirement;
import java.time.Duration;
import java.util.Set;

/** Asks for how long the bus keeps what proves the task. */
record RetentionStep(Retention retention, Duration wanted) implements FallibleStep {
  static final String NAME = "check-retention";

  private static final Set<Requirement> ENFORCED = Set.of(Requirement.EVIDENCE_RETENTION);

  static PlannedStep planned(Duration wanted) {
    return PlannedStep.check(
        NAME,
        "check that evidence, reports, escalations and audit are kept for " + wanted,
        Duration.ofMinutes(1),
        3);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Duration kept = unlessOk(retention.kept());
    return wanted.compareTo(kept) > 0
        ? new Outcome.Failed(RetainedOperation.tooShort(wanted, kept))
        : new Outcome.Applied(
            Facts.NONE,
            Demanded.of(context.task(), ENFORCED, NAME)
                .results(_ -> "for " + RetainedOperation.words(kept)));
  }
}
