package dev.opsagent.operations.configure;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.FileCommit;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Commits the changed file in a clone of the task's own. The same task and facts give the same
 * commit on every machine.
 */
record CommitStep(Source source, OwnershipMap owners, ConfigureParameters parameters)
    implements FallibleStep {
  private static final String AUTHOR = "Ops Agent";
  private static final String EMAIL = "ops-agent@localhost";

  @Override
  public Probe probe(StepContext context) {
    Sight seen = Sight.of(context.facts());
    return switch (source.repository().open(source.committed(context))) {
      case Answer.Ok<Checkout>(Checkout checkout) when !checkout.head().equals(seen.base()) ->
          found(checkout.head(), context.facts().find(Sight.COMMIT));
      case Answer.Ok<Checkout> _, Answer.No<Checkout> _ -> new Probe.Missing();
    };
  }

  private static Probe found(String head, Optional<String> known) {
    return known.filter(commit -> !commit.equals(head)).isPresent()
        ? new Probe.Conflicting(
            Failure.of(
                ReasonCode.CONFLICT,
                "find the commit of the settings",
                "the workspace holds another one",
                "see who changed the worker's data folder"))
        : new Probe.Satisfied(Facts.of(Map.of(Sight.COMMIT, head)));
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Sight seen = Sight.of(context.facts());
    Path folder = source.unfinished(context);
    Checkout checkout = source.clone(seen.url(), seen.branch(), seen.base(), folder);
    SettingsFile file = SettingsFile.of(checkout, parameters);
    new Ownership(owners).refuseForeign(parameters.file(), file);
    String commit = unlessOk(checkout.commit(commit(seen, file, context)));
    FolderRemoval.replace(source.committed(context), folder);
    return new Outcome.Applied(Facts.of(Map.of(Sight.COMMIT, commit)));
  }

  /** The trailer leads from the commit back to the task's records. */
  private FileCommit commit(Sight seen, SettingsFile file, StepContext context) {
    String summary = Steps.summary(seen);
    String message =
        "%s%s\n\nOps-Task: %s\n"
            .formatted(
                summary.substring(0, 1).toUpperCase(java.util.Locale.ROOT),
                summary.substring(1),
                context.task().taskId());
    return new FileCommit(
        seen.branch(),
        message,
        Map.of(parameters.file(), file.bytesAfter()),
        AUTHOR,
        EMAIL,
        seen.at());
  }

  @Override
  public Undo undo(StepContext context) throws IOException {
    FolderRemoval.remove(source.unfinished(context));
    FolderRemoval.remove(source.committed(context));
    return new Undo.Undone();
  }
}
