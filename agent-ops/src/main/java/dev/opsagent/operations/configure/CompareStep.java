package dev.opsagent.operations.configure;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/** Tells what the change does, if the branch is still the one that was looked at. */
record CompareStep(Source source) implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Sight seen = Sight.of(context.facts());
    String head = unlessOk(source.repository().refs(seen.url())).refs().get(seen.branchRef());
    if (!seen.base().equals(head)) {
      throw moved(seen);
    }
    return new Outcome.Applied(Facts.NONE, List.of(seen.change()));
  }

  static Stopped moved(Sight seen) {
    return new Stopped(
        Failure.of(
            ReasonCode.REMOTE_MOVED,
            "change %s on %s of %s".formatted(seen.change().file(), seen.branch(), seen.url()),
            "somebody else moved the branch; nothing of it was changed here",
            "configure again, under a new task id"));
  }
}
