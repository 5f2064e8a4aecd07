package dev.opsagent.operations.configure;

import dev.opsagent.authority.Effect;
import dev.opsagent.operations.Lines;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.plan.Reversibility;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The steps of a change of settings. */
final class Steps {
  static final String COMPARE = "compare";
  static final String COMMIT = "commit";
  static final String PUSH = "push";

  /** Attempts where only a passing failure is tried again: a peer that is down for a while. */
  private static final int PATIENT = 6;

  private static final Duration EXCHANGE = Duration.ofMinutes(10);

  private Steps() {}

  static List<PlannedStep> of(Sight seen) {
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(
        PlannedStep.check(
            COMPARE,
            "compare %s of %s at %s with what is wanted"
                .formatted(seen.change().file(), seen.branch(), seen.base().substring(0, 7)),
            EXCHANGE,
            PATIENT));
    if (seen.changed()) {
      steps.add(commit(seen));
      steps.add(push(seen));
    }
    return steps;
  }

  private static PlannedStep commit(Sight seen) {
    return new PlannedStep(
        COMMIT,
        summary(seen),
        true,
        Reversibility.REVERSIBLE,
        List.of(),
        List.of(seen.change().file()),
        EXCHANGE,
        PATIENT);
  }

  /** "change LOG_LEVEL, remove OLD in .env.staging"; keys only, never values. */
  static String summary(Sight seen) {
    String keys =
        seen.change().keys().stream()
            .map(it ->
                switch (it.change()) {
                  case ADDED -> "add " + it.key();
                  case CHANGED -> "change " + it.key();
                  case REMOVED -> "remove " + it.key();
                })
            .collect(Collectors.joining(", "));
    return Lines.printable(keys) + " in " + seen.change().file();
  }

  private static PlannedStep push(Sight seen) {
    return PlannedStep.effect(
        PUSH,
        "push %s to %s".formatted(seen.branch(), seen.url()),
        Reversibility.FORWARD_ONLY,
        new Effect(Effect.Kind.GIT_REFS, "%s %s".formatted(seen.url(), seen.branchRef())),
        Duration.ofMinutes(3),
        PATIENT);
  }
}
