package dev.opsagent.operations.deploy;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.DurableFile;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Puts the package into the workspace, as the registry listed it when the plan was made. */
record FetchStep(Workspaces workspaces, Artifact artifact) implements FallibleStep {
  /** Where the package lies. */
  static Path file(Workspaces workspaces, StepContext context) {
    return workspaces.of(context.task().taskId()).resolve("release.tgz");
  }

  @Override
  public Probe probe(StepContext context) throws IOException {
    Path file = file(workspaces, context);
    boolean there =
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Integrity.of(Files.readAllBytes(file))
                .equals(Sight.of(context.facts()).wanted().digest());
    return there ? new Probe.Satisfied(Facts.NONE) : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Optional<byte[]> bytes = artifact.download(Sight.of(context.facts()));
    if (bytes.isPresent()) {
      DurableFile.replace(file(workspaces, context), bytes.get());
    }
    return new Outcome.Applied(Facts.NONE);
  }
}
