package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Packs the context of the commit into the workspace. */
record ContextStep(Workshop workshop, ImageParameters parameters) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) {
    return Files.isRegularFile(workshop.archive(context), LinkOption.NOFOLLOW_LINKS)
        ? new Probe.Satisfied(Facts.NONE)
        : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Sight seen = Sight.of(context.facts());
    Path source = workshop.source(context);
    FolderRemoval.remove(source);
    try {
      Checkout checkout =
          unlessOk(workshop.repository().clone(seen.url(), seen.branch(), seen.commit(), source));
      BuildContext files = new BuildContext(checkout, parameters);
      Path root = source.resolve(parameters.context());
      long size = new ContextArchive(root, files.files()).write(workshop.archive(context));
      context.progress().line("the context has %d bytes".formatted(size));
      return new Outcome.Applied(Facts.NONE);
    } finally {
      FolderRemoval.remove(source);
    }
  }

  @Override
  public Undo undo(StepContext context) throws IOException {
    FolderRemoval.remove(workshop.source(context));
    FolderRemoval.remove(workshop.archive(context));
    return new Undo.Undone();
  }
}
