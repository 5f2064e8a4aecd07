package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Publishes the packed tarball and reads back that the registry serves those very bytes. What the
 * registry answers to the publish itself proves nothing: a 504 may have gone out and a 200 may not
 * be there.
 */
record PublishStep(
    ReleaseSource sources, PackageRegistry registry, Publish parameters, Readback readback)
    implements FallibleStep {
  /**
   * Noted once the registry has accepted the tarball: from then on "not listed" means "not yet".
   */
  private static final String ACCEPTED = "publish.accepted";

  @Override
  public Probe probe(StepContext context) throws Stopped, IOException {
    Observations seen = Observations.of(context.facts());
    Optional<String> listed = listed(seen);
    String integrity = context.facts().get(PackStep.INTEGRITY);
    if (listed.isEmpty()) {
      return sources.folders(context).noted(ACCEPTED).isPresent()
          ? new Probe.Unknown(notListedYet(seen))
          : new Probe.Missing();
    }
    if (!listed.get().equals(integrity)) {
      return new Probe.Conflicting(otherBytes(seen, "lists the integrity " + listed.get()));
    }
    byte[] served = unlessOk(registry.download(seen.packageName(), seen.next()));
    if (!Integrity.of(served).equals(integrity)) {
      return new Probe.Conflicting(otherBytes(seen, "serves other bytes than it lists"));
    }
    return new Probe.Satisfied(Facts.NONE, List.of(status(seen, context.facts(), false)));
  }

  private Optional<String> listed(Observations seen) throws Stopped {
    return unlessOk(registry.find(seen.packageName()))
        .map(listing -> listing.versions().get(seen.next()));
  }

  private PublicationStatus status(Observations seen, Facts facts, boolean withdrawn) {
    return new PublicationStatus(
        "npm",
        seen.packageName(),
        seen.next(),
        facts.get(PackStep.INTEGRITY),
        parameters.tag(),
        facts.get(CommitStep.COMMIT),
        seen.tag(),
        withdrawn);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException, InterruptedException {
    Observations seen = Observations.of(context.facts());
    TaskFolders folders = sources.folders(context);
    Path tarball = PackStep.tarball(folders, seen);
    String packed = TaskFolders.read(tarball).map(Integrity::of).orElse("");
    if (!packed.equals(context.facts().get(PackStep.INTEGRITY))) {
      throw new Stopped(otherBytes(seen, "was not asked: the tarball in the workspace changed"));
    }
    context.fence().check();
    return switch (registry.publish(tarball, parameters.tag(), parameters.access())) {
      case Answer.No<Boolean>(Failure failure) -> new Outcome.Failed(failure);
      case Answer.Ok<Boolean> _ -> accepted(context, seen, folders);
    };
  }

  private Outcome accepted(StepContext context, Observations seen, TaskFolders folders)
      throws Stopped, IOException, InterruptedException {
    folders.note(ACCEPTED, seen.coordinates());
    context.progress().line("wait until the registry lists " + seen.coordinates());
    boolean listed = readback.until(() -> listed(seen).isPresent(), context.timeout().dividedBy(2));
    return listed ? new Outcome.Applied(Facts.NONE) : new Outcome.Failed(notListedYet(seen));
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, IOException, InterruptedException {
    if (context.facts().find(PackStep.INTEGRITY).isEmpty()) {
      return new Undo.Undone();
    }
    Observations seen = Observations.of(context.facts());
    Optional<String> listed = listed(seen);
    if (listed.isEmpty() && sources.folders(context).noted(ACCEPTED).isPresent()) {
      return new Undo.UndoFailed(notListedYet(seen));
    }
    if (!listed.equals(context.facts().find(PackStep.INTEGRITY))) {
      return new Undo.Undone();
    }
    List<String> remains =
        new Withdrawal(registry, seen, parameters.tag(), readback).withdraw(context);
    return new Undo.Remains(remains, List.of(status(seen, context.facts(), true)));
  }

  private static Failure notListedYet(Observations seen) {
    return Failure.passing(
        ReasonCode.EFFECT_IN_DOUBT,
        "read back " + seen.coordinates(),
        "the registry accepted the tarball and does not list the version yet",
        "look whether the registry lists it: npm view " + seen.coordinates());
  }

  private static Failure otherBytes(Observations seen, String cause) {
    return Failure.of(
        ReasonCode.INTEGRITY_MISMATCH,
        "publish " + seen.coordinates(),
        "the registry " + cause,
        "find out who published that version, then push again");
  }
}
