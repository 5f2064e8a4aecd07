package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings the image to the registry that its name begins with. A registry's manifest cannot be taken
 * away without every other name that it has there, so what was pushed stays, and is named.
 */
record PushStep(Workshop workshop, ImageParameters parameters) implements FallibleStep {
  private static final Duration FETCH = Duration.ofMinutes(2);

  @Override
  public Probe probe(StepContext context) throws Stopped {
    Optional<String> digest = unlessOk(workshop.registry().published(parameters.reference()));
    if (digest.isEmpty()) {
      return new Probe.Missing();
    }
    String pinned = pinned(digest.get());
    if (isOurs(context, pinned)) {
      return new Probe.Satisfied(Facts.of(Map.of(Sight.PINNED, pinned)));
    }
    boolean before = digest.equals(Sight.of(context.facts()).published());
    return before ? new Probe.Missing() : new Probe.Conflicting(overtaken(digest.get()));
  }

  private String pinned(String digest) {
    return parameters.image() + "@" + digest;
  }

  /** The engine knows where an image of its own has gone; what it does not know is looked at. */
  private boolean isOurs(StepContext context, String pinned) throws Stopped {
    String id = context.facts().get(Sight.ID);
    boolean known =
        unlessOk(workshop.builder().image(id))
            .filter(made -> made.digests().contains(pinned))
            .isPresent();
    if (known) {
      return true;
    }
    Made there = unlessOk(workshop.registry().fetch(pinned, FETCH));
    return there.id().equals(id);
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    // Somebody may have given the name to another image since the build.
    if (!workshop.bears(parameters.reference(), context.facts().get(Sight.ID))) {
      return new Outcome.Failed(renamed());
    }
    context.fence().check();
    unlessOk(
        workshop
            .registry()
            .push(parameters.reference(), context.timeout(), context.progress()::line));
    String digest =
        unlessOk(workshop.registry().published(parameters.reference()))
            .orElseThrow(() -> new Stopped(notThere()));
    return new Outcome.Applied(Facts.of(Map.of(Sight.PINNED, pinned(digest))));
  }

  @Override
  public Undo undo(StepContext context) throws Stopped {
    Optional<String> id = context.facts().find(Sight.ID);
    Optional<String> now = unlessOk(workshop.registry().published(parameters.reference()));
    boolean pushed =
        id.isPresent()
            && now.isPresent()
            && !now.equals(Sight.of(context.facts()).published())
            && isOurs(context, pinned(now.get()));
    if (!pushed) {
      return new Undo.Undone();
    }
    String before =
        Sight.of(context.facts())
            .published()
            .map(digest -> "; before, the tag stood at " + digest)
            .orElse("");
    return new Undo.Remains(
        List.of("%s at %s in its registry%s".formatted(parameters.reference(), now.get(), before)));
  }

  private Failure overtaken(String digest) {
    return Failure.of(
        ReasonCode.VERSION_TAKEN,
        "push " + parameters.reference(),
        "the registry has another image under that tag by now, " + digest,
        "find out who pushed it, or build under another tag");
  }

  private Failure renamed() {
    return Failure.of(
        ReasonCode.CONFLICT,
        "push " + parameters.reference(),
        "the name stands for another image on the engine by now",
        "see what else builds images of that name there, then build again");
  }

  private Failure notThere() {
    return Failure.passing(
        ReasonCode.EFFECT_IN_DOUBT,
        "read back " + parameters.reference(),
        "the registry took the image and does not show it",
        "look whether the registry has it");
  }
}
