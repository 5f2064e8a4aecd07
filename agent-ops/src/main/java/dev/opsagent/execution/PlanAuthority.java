package dev.opsagent.execution;

import dev.opsagent.authority.Judgement;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;

/** Judges what a plan declares, before anything of it is done: the first wall. */
@FunctionalInterface
public interface PlanAuthority {
  /** Why the plan must not be carried out; empty when it may. */
  Optional<Failure> refuse(Plan plan);

  /** For worlds without a repository. */
  PlanAuthority ANY = _ -> Optional.empty();

  /** Every path that the plan declares must be ours by the map; one that is not is enough. */
  static PlanAuthority of(OwnershipMap owners) {
    return plan ->
        plan.steps().stream()
            .flatMap(step -> step.paths().stream().flatMap(path -> refusal(owners, step, path)))
            .findFirst();
  }

  private static java.util.stream.Stream<Failure> refusal(
      OwnershipMap owners, PlannedStep step, String path) {
    return owners.refusal(path).stream().map(judged -> foreign(step, path, judged));
  }

  private static Failure foreign(PlannedStep step, String path, Judgement judged) {
    return Failure.of(
        ReasonCode.NOT_MINE,
        step.description(),
        "%s belongs to %s (rule %s)".formatted(path, judged.owner().title(), judged.rule()),
        "dispatch that part to " + judged.owner().title());
  }
}
