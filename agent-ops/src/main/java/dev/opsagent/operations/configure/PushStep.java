package dev.opsagent.operations.configure;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.util.List;

/** Pushes the commit, if the branch stands where it was looked at. */
record PushStep(Source source) implements FallibleStep {
  /** Where the branch of the remote stands. */
  private enum Standing {
    BEFORE,
    /** At the commit, or beyond it. */
    PUSHED,
    ELSEWHERE
  }

  private Standing standing(Sight seen, String commit, StepContext context)
      throws Stopped, IOException {
    String head = unlessOk(source.repository().refs(seen.url())).refs().get(seen.branchRef());
    if (seen.base().equals(head)) {
      return Standing.BEFORE;
    }
    if (head == null) {
      return Standing.ELSEWHERE;
    }
    boolean follows =
        head.equals(commit)
            || source.ask(
                seen.url(),
                seen.branch(),
                head,
                context,
                checkout -> unlessOk(checkout.follows(commit)));
    return follows ? Standing.PUSHED : Standing.ELSEWHERE;
  }

  @Override
  public Probe probe(StepContext context) throws Stopped, IOException {
    Sight seen = Sight.of(context.facts());
    String commit = context.facts().get(Sight.COMMIT);
    return switch (standing(seen, commit, context)) {
      case BEFORE -> new Probe.Missing();
      case PUSHED -> new Probe.Satisfied(Facts.NONE, List.of(seen.change().pushedAs(commit)));
      case ELSEWHERE -> new Probe.Conflicting(CompareStep.moved(seen).failure());
    };
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Sight seen = Sight.of(context.facts());
    String commit = context.facts().get(Sight.COMMIT);
    Checkout checkout = unlessOk(source.repository().open(source.committed(context)));
    context.fence().check();
    return switch (unlessOk(checkout.push(seen.url(), seen.branch(), seen.base(), commit))) {
      case MOVED -> new Outcome.Applied(Facts.NONE, List.of(seen.change().pushedAs(commit)));
      case REFUSED -> new Outcome.Failed(CompareStep.moved(seen).failure());
    };
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, IOException {
    Sight seen = Sight.of(context.facts());
    String commit = context.facts().find(Sight.COMMIT).orElse("");
    if (commit.isEmpty() || standing(seen, commit, context) != Standing.PUSHED) {
      return new Undo.Undone();
    }
    return new Undo.Remains(
        List.of("commit %s on branch %s of %s".formatted(commit, seen.branch(), seen.url())));
  }
}
