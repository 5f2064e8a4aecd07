package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.ImageStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads back, by its digest and from where deployments will take it, the image that was made. */
record VerifyStep(Workshop workshop, ImageParameters parameters) implements FallibleStep {
  private static final Duration FETCH = Duration.ofMinutes(2);

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Sight seen = Sight.of(context.facts());
    String id = context.facts().get(Sight.ID);
    Optional<String> pinned = context.facts().find(Sight.PINNED);
    Made made = pinned.isPresent() ? published(pinned.get()) : onEngine(id);
    if (!made.id().equals(id) || !ImageLabels.isOfInputs(seen, made.labels())) {
      throw mismatch("it is another image than the one that was built");
    }
    return new Outcome.Applied(
        Facts.NONE,
        List.of(
            new ImageStatus(
                parameters.reference(),
                pinned.orElse(id),
                seen.commit(),
                made.size(),
                pinned.isPresent())));
  }

  private Made published(String pinned) throws Stopped {
    String digest = pinned.substring(pinned.indexOf('@') + 1);
    Optional<String> there = unlessOk(workshop.registry().published(pinned));
    if (!there.equals(Optional.of(digest))) {
      throw mismatch("the registry does not have what was pushed");
    }
    if (!unlessOk(workshop.registry().published(parameters.reference())).equals(there)) {
      throw mismatch("the tag stands for another image by now");
    }
    return unlessOk(workshop.registry().fetch(pinned, FETCH));
  }

  private Made onEngine(String id) throws Stopped {
    return unlessOk(workshop.builder().image(id))
        .orElseThrow(() -> mismatch("the engine does not have it any more"));
  }

  private Stopped mismatch(String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.INTEGRITY_MISMATCH,
            "read back " + parameters.reference(),
            cause,
            "find out who else pushes or removes images of that name"));
  }
}
