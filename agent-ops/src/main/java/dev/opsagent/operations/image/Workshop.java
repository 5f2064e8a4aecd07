package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Pace;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ImageRegistry;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Workspaces;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/** What the steps of this room work with and in. */
record Workshop(
    Repository repository,
    ImageBuilder builder,
    ImageRegistry registry,
    Workspaces workspaces,
    Pace pace) {
  private Path folder(StepContext context) {
    return workspaces.of(context.task().taskId());
  }

  /** The clone that the context is taken from. */
  Path source(StepContext context) {
    return folder(context).resolve("source");
  }

  /** The packed context. */
  Path archive(StepContext context) {
    return folder(context).resolve("context.tar");
  }

  MadeImages madeImages(StepContext context) {
    return new MadeImages(folder(context).resolve("made-images"));
  }

  /**
   * The image of the plan's inputs, whichever task has built it. Two tasks may have built one at
   * the same time: the one that bears the name comes first, then this task's own.
   *
   * @param reference the name
   */
  Optional<Made> built(Sight seen, String reference, String taskId) throws Stopped {
    Optional<Made> named =
        unlessOk(builder.image(reference))
            .filter(made -> ImageLabels.isOfInputs(seen, made.labels()));
    if (named.isPresent()) {
      return named;
    }
    Comparator<Made> oursFirst =
        Comparator.comparing(made -> !ImageLabels.isMadeBy(taskId, made.labels()));
    return unlessOk(builder.find(ImageLabels.ofInputs(seen))).stream()
        .min(oursFirst.thenComparing(Made::id));
  }

  /** Whether the image bears the name on the engine. */
  boolean bears(String reference, String id) throws Stopped {
    return unlessOk(builder.image(reference)).filter(it -> it.id().equals(id)).isPresent();
  }
}
