package dev.opsagent.operations;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import java.io.IOException;
import java.util.function.Function;

/**
 * A step that is made when it is used: only the facts tell what it works with.
 *
 * @param made of the context that it is used in
 */
public record LateStep(Function<StepContext, FallibleStep> made) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped, IOException, InterruptedException {
    return made.apply(context).probe(context);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException, InterruptedException {
    return made.apply(context).apply(context);
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, IOException, InterruptedException {
    return made.apply(context).undo(context);
  }
}
