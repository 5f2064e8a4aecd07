package dev.opsagent.operations;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Checks that the order was signed, and that the worker that has it now hears nothing unsigned: it
 * may have come from another, which asked for no signatures.
 *
 * @param required whether this worker hears nothing that is not signed by a key of its trust file
 */
public record SignatureCheck(boolean required) implements WorkerCheck {
  static final String NAME = "check-signatures";

  private static final Set<Requirement> ENFORCED = Set.of(Requirement.SIGNED);

  @Override
  public Optional<Failure> refuse(TaskDispatch task) {
    return task.requirements().signed() && !required
        ? Optional.of(broken("this worker asks nobody to sign"))
        : Optional.empty();
  }

  @Override
  public Optional<PlannedStep> planned(TaskDispatch task) {
    return task.requirements().signed()
        ? Optional.of(
            PlannedStep.check(
                NAME,
                "check that the order and what lets it in are signed",
                Duration.ofSeconds(10),
                1))
        : Optional.empty();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Optional<Failure> refused = refuse(context.task());
    if (refused.isPresent()) {
      return new Outcome.Failed(refused.get());
    }
    String key =
        context.key().orElseThrow(() -> new Stopped(broken("no key has signed the order")));
    return new Outcome.Applied(
        Facts.NONE,
        Demanded.of(context.task(), ENFORCED, NAME)
            .results(
                _ -> "the order by the key %s; what is not signed lets nothing in".formatted(key)));
  }

  private static Failure broken(String cause) {
    return Failure.of(
        ReasonCode.UNSUPPORTED_REQUIREMENT,
        "hold requirements.compliance.signed",
        cause,
        "have the operator require signatures, with a trust file, or take it out");
  }
}
