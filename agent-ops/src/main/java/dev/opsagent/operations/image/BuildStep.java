package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.BuildTimeStep;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ImageBuilder.Recipe;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Builds the image, unless the engine has one of the same inputs, and gives it its name. Its labels
 * tell it apart, so that an image that was built just before a crash is found again.
 */
record BuildStep(Workshop workshop, ImageParameters parameters) implements FallibleStep {
  @Override
  public Probe probe(StepContext context) throws Stopped {
    Optional<Made> built = built(context);
    boolean stands =
        built.isPresent()
            && fits(built.get())
            && workshop.bears(parameters.reference(), built.get().id());
    return stands ? new Probe.Satisfied(facts(built.get())) : new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped {
    Sight seen = Sight.of(context.facts());
    Optional<Made> known = built(context);
    known.ifPresent(_ -> context.progress().line("an image of the same inputs is there already"));
    long begin = workshop.pace().nanoTime();
    Made made = known.isPresent() ? known.get() : build(context, seen);
    Duration took = Duration.ofNanos(workshop.pace().nanoTime() - begin);
    if (!fits(made)) {
      return new Outcome.Failed(tooLarge(made));
    }
    context.fence().check();
    unlessOk(workshop.builder().tag(made.id(), parameters.reference()));
    boolean timed = known.isEmpty() && BuildTimeStep.planned(context.task()).isPresent();
    Facts time = timed ? BuildTimeStep.took(Steps.BUILD, took) : Facts.NONE;
    return new Outcome.Applied(facts(made).with(time));
  }

  private Optional<Made> built(StepContext context) throws Stopped {
    return workshop.built(
        Sight.of(context.facts()), parameters.reference(), context.task().taskId());
  }

  private Made build(StepContext context, Sight seen) throws Stopped {
    MadeImages images = workshop.madeImages(context);
    ImageBuilder.Listener listener =
        new ImageBuilder.Listener() {
          @Override
          public void line(String text) {
            context.progress().line(text);
          }

          @Override
          public void made(String id) {
            images.add(id);
          }
        };
    context.fence().check();
    return unlessOk(
        workshop
            .builder()
            .build(
                new Recipe(
                    workshop.archive(context),
                    parameters.dockerfile(),
                    parameters.args(),
                    parameters.target(),
                    ImageLabels.of(seen, context.task().taskId()),
                    parameters.timeout()),
                listener));
  }

  private boolean fits(Made made) {
    return made.size() <= parameters.maxSize();
  }

  private static Facts facts(Made made) {
    return Facts.of(Map.of(Sight.ID, made.id()));
  }

  private Failure tooLarge(Made made) {
    return Failure.of(
        ReasonCode.PRECONDITION_FAILED,
        "build " + parameters.reference(),
        "the image has %d bytes, more than the %d of maxSize"
            .formatted(made.size(), parameters.maxSize()),
        "make it smaller, for example with a last stage that copies only what runs");
  }

  @Override
  public Undo undo(StepContext context) throws Stopped, IOException, InterruptedException {
    return new Withdrawal(workshop, parameters.reference()).withdraw(context);
  }
}
