package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.Artifact.Fetched;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.nio.file.Path;

/** Puts what is deployed into the workspace, as it was when the plan was made. */
record FetchStep(Workspaces workspaces, Fetched artifact) implements FallibleStep {
  /** Where it lies; the task's folder for what is fetched by whoever runs it. */
  static Path place(Workspaces workspaces, Artifact artifact, StepContext context) {
    Path folder = workspaces.of(context.task().taskId());
    return artifact instanceof Fetched fetched ? folder.resolve(fetched.name()) : folder;
  }

  @Override
  public Probe probe(StepContext context) throws IOException {
    return artifact.isAt(place(workspaces, artifact, context), Sight.of(context.facts()))
        ? new Probe.Satisfied(Facts.NONE)
        : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    artifact.fetch(place(workspaces, artifact, context), Sight.of(context.facts()));
    return new Outcome.Applied(Facts.NONE);
  }
}
