package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Clones the branch at the observed commit: once to commit from, once for tools to work in. */
record CheckoutStep(ReleaseSource sources) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    TaskFolders folders = sources.folders(context);
    // A folder that is no clone is as good as none: both are made anew.
    return switch (sources.repository().open(folders.source())) {
      case Answer.Ok<Checkout>(Checkout source)
          when standsAtBaseOrRelease(source, seen) && isAtBase(folders.checkout(), seen) ->
          new Probe.Satisfied(Facts.NONE);
      case Answer.Ok<Checkout> _, Answer.No<Checkout> _ -> new Probe.Missing();
    };
  }

  private boolean isAtBase(Path folder, Observations seen) {
    return switch (sources.repository().open(folder)) {
      case Answer.Ok<Checkout>(Checkout checkout) -> checkout.head().equals(seen.base());
      case Answer.No<Checkout> _ -> false;
    };
  }

  private static boolean standsAtBaseOrRelease(Checkout source, Observations seen) throws Stopped {
    String head = source.head();
    Optional<Release> release = unlessOk(source.released(seen.tag()));
    return head.equals(seen.base()) || release.filter(r -> r.commit().equals(head)).isPresent();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Observations seen = Observations.of(context.facts());
    TaskFolders folders = sources.folders(context);
    folders.forget(ScriptsStep.NOTE);
    FolderRemoval.remove(folders.source());
    FolderRemoval.remove(folders.artifacts());
    Checkout source = clone(seen, folders.source());
    refuseForeignTag(source, seen, context.facts());
    clone(seen, folders.checkout());
    TaskFolders.finish(folders.checkout());
    TaskFolders.finish(folders.source());
    return new Outcome.Applied(Facts.NONE);
  }

  private Checkout clone(Observations seen, Path folder) throws Stopped, IOException {
    Path unfinished = TaskFolders.emptied(TaskFolders.unfinished(folder));
    return unlessOk(sources.repository().clone(seen.url(), seen.branch(), seen.base(), unfinished));
  }

  /** A tag of that name on the remote can only be ours once we have committed the release. */
  private static void refuseForeignTag(Checkout source, Observations seen, Facts facts)
      throws Stopped {
    Optional<String> tagged = unlessOk(source.released(seen.tag())).map(Release::commit);
    if (tagged.isPresent() && !tagged.equals(facts.find(CommitStep.COMMIT))) {
      throw new Stopped(
          Failure.of(
              ReasonCode.REMOTE_MOVED,
              "check out " + seen.branch() + " for the release " + seen.tag(),
              "somebody else made the tag " + seen.tag(),
              "push again, under a new task id"));
    }
  }

  @Override
  public Undo undo(StepContext context) throws IOException {
    TaskFolders folders = sources.folders(context);
    FolderRemoval.remove(folders.source());
    FolderRemoval.remove(folders.checkout());
    return new Undo.Undone();
  }
}
