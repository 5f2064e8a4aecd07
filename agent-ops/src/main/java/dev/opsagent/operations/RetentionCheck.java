package dev.opsagent.operations;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Retention;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements.Compliance;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Asks for how long the bus keeps what proves the task. */
public record RetentionCheck(Retention retention) implements WorkerCheck {
  static final String NAME = "check-retention";

  private static final Set<Requirement> ENFORCED = Set.of(Requirement.EVIDENCE_RETENTION);

  private static Optional<Duration> wanted(TaskDispatch task) {
    return task.requirements().compliance().flatMap(Compliance::evidenceRetention);
  }

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return wanted(task)
        .filter(it -> it.compareTo(retention.known()) > 0)
        .map(it -> tooShort(it, retention.known()));
  }

  @Override
  public Optional<PlannedStep> planned(TaskDispatch task) {
    return wanted(task)
        .map(it ->
            PlannedStep.check(
                NAME,
                "check that evidence, reports, escalations and audit are kept for " + it,
                Duration.ofMinutes(1),
                3));
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Duration wanted = wanted(context.task()).orElseThrow();
    Duration kept = unlessOk(retention.kept());
    return wanted.compareTo(kept) > 0
        ? new Outcome.Failed(tooShort(wanted, kept))
        : new Outcome.Applied(
            Facts.NONE,
            Demanded.of(context.task(), ENFORCED, NAME).results(_ -> "for " + words(kept)));
  }

  private static Failure tooShort(Duration wanted, Duration kept) {
    return Failure.of(
        ReasonCode.UNSUPPORTED_REQUIREMENT,
        "hold requirements.compliance.evidenceRetention",
        "evidence, reports, escalations and audit are kept for %s at least, and %s is demanded"
            .formatted(words(kept), wanted),
        "have the operator raise retention.ms of these topics, or demand less");
  }

  private static String words(Duration kept) {
    return kept.equals(Retention.FOR_EVER) ? "ever" : kept.toString();
  }
}
