package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ImageBuilder.Removal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a build back: the name goes back to the image that bore it, and what this task has made is
 * removed, layers of builds that were cut off included. What others have made, and what is in use,
 * stays.
 *
 * @param reference the name that the build gave
 */
record Withdrawal(Workshop workshop, String reference) {
  /** A build that was cut off ends its containers in its own time. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofMillis(250);

  /** How often it is looked whether what is made of a layer is one more layer of the same build. */
  private static final int LOOKS = 8;

  Undo withdraw(StepContext context) throws Stopped, IOException, InterruptedException {
    Sight seen = Sight.of(context.facts());
    List<String> remains = new ArrayList<>();
    for (Made made : unlessOk(workshop.builder().find(ImageLabels.ofInputs(seen)))) {
      context.fence().check();
      unname(seen, made);
      boolean ours = ImageLabels.isMadeBy(context.task().taskId(), made.labels());
      if (ours && remove(made.id()) != Removal.GONE) {
        remains.add("image %s, which something else uses".formatted(made.id()));
      }
    }
    clearUp(context);
    return remains.isEmpty() ? new Undo.Undone() : new Undo.Remains(remains);
  }

  /** A name that stood before the task began is left, or goes back where it was. */
  private void unname(Sight seen, Made made) throws Stopped {
    Optional<String> before = seen.named();
    if (before.filter(made.id()::equals).isPresent() || !workshop.bears(reference, made.id())) {
      return;
    }
    boolean kept =
        before.isPresent() && unlessOk(workshop.builder().image(before.get())).isPresent();
    if (kept) {
      unlessOk(workshop.builder().tag(before.orElseThrow(), reference));
    } else {
      unlessOk(workshop.builder().remove(reference));
    }
  }

  /** Layers that became the base of somebody else's image stay with it. */
  private void clearUp(StepContext context) throws Stopped, IOException, InterruptedException {
    MadeImages images = workshop.madeImages(context);
    long end = workshop.pace().nanoTime() + PATIENCE.toNanos();
    boolean again = true;
    for (int looks = 1; again; looks++) {
      addUntold(images);
      again = false;
      for (String id : images.ids().reversed()) {
        Removal removal = isLayer(context, id) ? remove(id) : Removal.GONE;
        again |= removal == Removal.RUNNING || (removal == Removal.NEEDED && looks < LOOKS);
      }
      again &= workshop.pace().nanoTime() < end;
      if (again) {
        workshop.pace().await(PAUSE);
      }
    }
  }

  /** An engine ends the layer that it is at when a build is cut off, and tells nobody of it. */
  private void addUntold(MadeImages images) throws Stopped, IOException {
    for (String id : images.ids()) {
      for (String child : unlessOk(workshop.builder().madeOf(id))) {
        images.add(child);
      }
    }
  }

  /** Another task's image has no name either, just before it gets it. */
  private boolean isLayer(StepContext context, String id) throws Stopped {
    return unlessOk(workshop.builder().image(id))
        .filter(made -> made.tags().isEmpty() && made.digests().isEmpty())
        .filter(made -> !ImageLabels.isMadeByAnother(context.task().taskId(), made.labels()))
        .isPresent();
  }

  private Removal remove(String id) throws Stopped {
    return unlessOk(workshop.builder().remove(id));
  }
}
