package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.DataLoss;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Lines;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;

/**
 * Looks, before anything is changed, for what the release would take from the one that runs: a port
 * or a volume that both want, and data that would be lost; and for what it would take from somebody
 * else. The task may adopt that. It takes two to let data go: the task, and a person who says that
 * the step is done.
 */
record ProtectStep(DeployStep deploy) implements FallibleStep {
  private static final int NAMED = 5;
  private static final int LINES = 20;
  private static final String ASK =
      "let that happen with done, or keep the data as they are with undone";
  private static final String REFUSE =
      "leave the data as they are, or dispatch it with allowDataLoss: true, which asks a person";

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    String target = Service.target(context);
    ServiceRuntime runtime = deploy.service().runtime();
    Release release = deploy.release(context);
    if (Sight.of(context.facts()).terms().isBeside()) {
      unlessOk(runtime.standsBeside(target, release));
    }
    List<String> foreign = unlessOk(runtime.foreign(target, release));
    if (!foreign.isEmpty() && !deploy.parameters().adopted()) {
      return new Outcome.Failed(somebodysElse(target, foreign));
    }
    foreign.forEach(it -> context.progress().line("is taken over: " + Lines.printable(it)));
    List<String> losses = unlessOk(runtime.losses(target, release));
    if (!losses.isEmpty() && !deploy.parameters().mayLoseData()) {
      return new Outcome.Failed(DataLoss.risk(context, losses, REFUSE));
    }
    unlessOk(runtime.changes(target, release)).stream()
        .limit(LINES)
        .forEach(it -> context.progress().line(Lines.printable(it)));
    return losses.isEmpty()
        ? new Outcome.Applied(Facts.NONE)
        : new Outcome.Inconclusive(DataLoss.risk(context, losses, ASK));
  }

  private static Failure somebodysElse(String target, List<String> foreign) {
    return Failure.of(
        ReasonCode.CONFLICT,
        "deploy to " + target,
        "this agent did not make for it: "
            + String.join(", ", foreign.stream().limit(NAMED).map(Lines::printable).toList()),
        "remove it, or deploy with adopt: true, which takes it over");
  }
}
