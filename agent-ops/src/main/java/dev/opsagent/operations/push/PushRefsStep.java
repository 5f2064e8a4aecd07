package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Pushed;
import dev.opsagent.outside.Repository.Release;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pushes the branch and the tag, both or neither. */
record PushRefsStep(ReleaseSource sources) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    Release release = CommitStep.release(context.facts());
    Map<String, String> refs = unlessOk(sources.repository().refs(seen.url())).refs();
    String branch = refs.get(seen.branchRef());
    String tag = refs.get(seen.tagRef());
    if (release.tagObject().equals(tag)) {
      return tagIsOurs(seen, branch);
    }
    if (tag == null && seen.base().equals(branch)) {
      return new Probe.Missing();
    }
    return new Probe.Conflicting(
        moved(
            seen,
            "somebody else %s; neither of our refs moved"
                .formatted(tag == null ? "moved the branch" : "made the tag")));
  }

  /** Both moved in one push; the branch may have moved on since, but not back. */
  private static Probe tagIsOurs(Observations seen, @Nullable String branch) {
    if (branch == null || branch.equals(seen.base())) {
      return new Probe.Conflicting(moved(seen, "somebody took the release off the branch"));
    }
    return new Probe.Satisfied(Facts.NONE);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    Release release = CommitStep.release(context.facts());
    var source = sources.source(context);
    context.fence().check();
    Pushed pushed = unlessOk(source.push(seen.url(), seen.branch(), seen.base(), release));
    return switch (pushed) {
      case MOVED -> new Outcome.Applied(Facts.NONE);
      case REFUSED ->
          new Outcome.Failed(moved(seen, "somebody else moved a ref; neither of ours moved"));
    };
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    if (context.facts().find(CommitStep.COMMIT).isEmpty()) {
      return new Undo.Undone();
    }
    Observations seen = Observations.of(context.facts());
    Release release = CommitStep.release(context.facts());
    Map<String, String> refs = unlessOk(sources.repository().refs(seen.url())).refs();
    List<String> remains = new ArrayList<>();
    boolean tagged = release.tagObject().equals(refs.get(seen.tagRef()));
    if (tagged || release.commit().equals(refs.get(seen.branchRef()))) {
      remains.add(
          "commit %s on branch %s of %s".formatted(release.commit(), seen.branch(), seen.url()));
    }
    if (tagged) {
      remains.add("tag %s of %s".formatted(seen.tag(), seen.url()));
    }
    return remains.isEmpty() ? new Undo.Undone() : new Undo.Remains(remains);
  }

  private static Failure moved(Observations seen, String cause) {
    return Failure.of(
        ReasonCode.REMOTE_MOVED,
        "push %s and %s to %s".formatted(seen.branch(), seen.tag(), seen.url()),
        cause,
        "push again, under a new task id");
  }
}
