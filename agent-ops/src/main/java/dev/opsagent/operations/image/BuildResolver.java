package dev.opsagent.operations.image;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.BranchLookup;
import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.Optional;

/**
 * Looks up what the plan of a build needs.
 *
 * @param moves whether a tag of a registry may be moved to another image
 */
record BuildResolver(Workshop workshop, ImageParameters parameters, boolean moves) {
  private static final Duration FETCH = Duration.ofMinutes(5);

  Sight observe(TaskDispatch task) throws Stopped {
    RemoteBranch remote =
        BranchLookup.ofCommitted(workshop.repository(), "build")
            .find(task.target().environment(), task.repository().orElseThrow());
    Sight seen =
        new Sight(
            remote.url(),
            remote.branch(),
            remote.head(),
            Sight.inputs(remote.head(), parameters),
            unlessOk(workshop.builder().image(parameters.reference())).map(Made::id),
            published());
    if (seen.published().isPresent() && !moves) {
      refuseTaken(seen, seen.published().get());
    }
    return seen;
  }

  private Optional<String> published() throws Stopped {
    if (!parameters.push()) {
      return Optional.empty();
    }
    unlessOk(workshop.registry().accepts(parameters.image()));
    return unlessOk(workshop.registry().published(parameters.reference()));
  }

  /** An image of the same inputs is no other image, whoever has pushed it. */
  private void refuseTaken(Sight seen, String digest) throws Stopped {
    Made there = unlessOk(workshop.registry().fetch(parameters.image() + "@" + digest, FETCH));
    if (!ImageLabels.isOfInputs(seen, there.labels())) {
      throw new Stopped(
          Failure.of(
              ReasonCode.VERSION_TAKEN,
              "build " + parameters.reference(),
              "its registry has another image under that tag, " + digest,
              "build under another tag"));
    }
  }
}
