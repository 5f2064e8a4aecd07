package dev.opsagent.operations;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import java.io.IOException;

/**
 * A step as it is written: what fails on the way is thrown and becomes a value in {@link
 * GuardedStep}. Whatever a step needs to know it takes from the facts, so that any of its methods
 * can run in another process than the one before.
 */
public interface FallibleStep {
  /** As {@link dev.opsagent.execution.Step#probe}; a check has nothing to find. */
  default Probe probe(StepContext context) throws Stopped, IOException, InterruptedException {
    return new Probe.Missing();
  }

  /** As {@link dev.opsagent.execution.Step#apply}. */
  Outcome apply(StepContext context) throws Stopped, IOException, InterruptedException;

  /** As {@link dev.opsagent.execution.Step#undo}; a check leaves nothing behind. */
  default Undo undo(StepContext context) throws Stopped, IOException, InterruptedException {
    return new Undo.Undone();
  }
}
