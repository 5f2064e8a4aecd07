package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.RemoteRefs;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;

/** Checks that what was observed still holds, before anything is done on the strength of it. */
record ValidateStep(Repository repository, Optional<PackageRegistry> registry)
    implements FallibleStep {
  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Observations seen = Observations.of(context.facts());
    RemoteRefs remote = unlessOk(repository.refs(seen.url()));
    if (!seen.base().equals(remote.refs().get(seen.branchRef()))) {
      throw moved(
          seen, "branch %s does not stand at %s any more".formatted(seen.branch(), seen.base()));
    }
    if (remote.refs().containsKey(seen.tagRef())) {
      throw moved(seen, "somebody made the tag " + seen.tag());
    }
    if (registry.isPresent()) {
      checkRegistry(registry.get(), seen);
    }
    return new Outcome.Applied(Facts.NONE);
  }

  private static void checkRegistry(PackageRegistry registry, Observations seen) throws Stopped {
    unlessOk(registry.whoami());
    boolean taken =
        unlessOk(registry.find(seen.packageName()))
            .filter(listing -> listing.versions().containsKey(seen.next()))
            .isPresent();
    if (taken) {
      throw new Stopped(
          Failure.of(
              ReasonCode.VERSION_TAKEN,
              "release " + seen.coordinates(),
              "somebody published this version meanwhile",
              "push again, under a new task id"));
    }
  }

  private static Stopped moved(Observations seen, String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.REMOTE_MOVED,
            "check %s before the release of %s".formatted(seen.url(), seen.coordinates()),
            cause,
            "push again, under a new task id"));
  }
}
