package dev.opsagent.operations.push;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Raises the version in the manifest and its lock file, and touches nothing else in them. */
record BumpStep(ReleaseSource sources) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped, IOException {
    Path checkout = sources.folders(context).checkout();
    for (Map.Entry<String, byte[]> raised : raised(context).entrySet()) {
      Optional<byte[]> there = TaskFolders.read(checkout.resolve(raised.getKey()));
      if (there.filter(bytes -> Arrays.equals(bytes, raised.getValue())).isEmpty()) {
        return new Probe.Missing();
      }
    }
    return new Probe.Satisfied(Facts.NONE);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    TaskFolders folders = sources.folders(context);
    for (Map.Entry<String, byte[]> raised : raised(context).entrySet()) {
      folders.write(folders.checkout().resolve(raised.getKey()), raised.getValue());
    }
    return new Outcome.Applied(Facts.NONE);
  }

  private Map<String, byte[]> raised(StepContext context) throws Stopped {
    return ReleaseFiles.raised(sources.source(context), Observations.of(context.facts()));
  }
}
