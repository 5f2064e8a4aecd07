package dev.opsagent.bench;

import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import java.util.List;

/** Does nothing, so that all that is measured is the engine. */
record NoStep() implements Step {
  @Override
  public Probe probe(StepContext context) {
    return new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) {
    return new Outcome.Applied(Facts.NONE, List.of());
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Undone();
  }
}
