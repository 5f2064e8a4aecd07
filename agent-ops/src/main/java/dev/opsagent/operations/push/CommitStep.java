package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.ReleaseCommit;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Map;
import java.util.Optional;

/**
 * Commits exactly the release files and tags the commit, in the workspace. The same observations
 * give the same ids on every machine, so that whoever takes a task over makes the same commit.
 */
record CommitStep(ReleaseSource sources) implements FallibleStep {
  /** Fact: object id of the release commit. */
  static final String COMMIT = "git.commit";

  /** Fact: object id of the annotated tag. */
  static final String TAG_OBJECT = "git.tag-object";

  private static final String AUTHOR = "Ops Agent";
  private static final String EMAIL = "ops-agent@localhost";

  /** The release that the facts tell of. */
  static Release release(Facts facts) {
    Observations seen = Observations.of(facts);
    return new Release(seen.tag(), facts.get(COMMIT), facts.get(TAG_OBJECT));
  }

  @Override
  public Probe probe(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    Optional<Release> made = unlessOk(sources.source(context).released(seen.tag()));
    Optional<String> known = context.facts().find(COMMIT);
    if (made.isEmpty()) {
      return new Probe.Missing();
    }
    if (known.isPresent() && !known.get().equals(made.get().commit())) {
      return new Probe.Conflicting(
          Failure.of(
              ReasonCode.REMOTE_MOVED,
              "find the release commit of " + seen.coordinates(),
              "the tag %s names another commit".formatted(seen.tag()),
              "see who made the tag"));
    }
    return new Probe.Satisfied(facts(made.get()));
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    Checkout source = sources.source(context);
    ReleaseCommit commit =
        new ReleaseCommit(
            seen.branch(),
            seen.tag(),
            message(seen, context),
            ReleaseFiles.raised(source, seen),
            AUTHOR,
            EMAIL,
            seen.at());
    return new Outcome.Applied(facts(unlessOk(source.release(commit))));
  }

  /** The trailer leads from the commit back to the task's records. */
  private static String message(Observations seen, StepContext context) {
    return "Release %s\n\nOps-Task: %s\n".formatted(seen.next(), context.task().taskId());
  }

  private static Facts facts(Release release) {
    return Facts.of(Map.of(COMMIT, release.commit(), TAG_OBJECT, release.tagObject()));
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    unlessOk(sources.source(context).unrelease(seen.tag(), seen.branch(), seen.base()));
    return new Undo.Undone();
  }
}
