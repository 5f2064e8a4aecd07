package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.docker.Engine.LocalImage;
import java.time.Duration;
import java.util.Optional;

/** The images that an engine has or can get. */
final class ImageStore {
  private final Engine engine;

  ImageStore(Engine engine) {
    this.engine = engine;
  }

  /**
   * What the engine has under the reference; what it lacks is pulled, if a registry may have it.
   */
  Answer<LocalImage> fetched(String reference, Duration timeout) {
    return engine
        .image(reference)
        .then(found ->
            found
                .<Answer<LocalImage>>map(Answer.Ok::new)
                .orElseGet(() -> pulled(reference, timeout)));
  }

  private Answer<LocalImage> pulled(String reference, Duration timeout) {
    if (ImageName.isId(reference)) {
      return missing(reference);
    }
    return engine
        .pull(reference, timeout)
        .then(pulled -> engine.image(reference))
        .then(found ->
            found.<Answer<LocalImage>>map(Answer.Ok::new).orElseGet(() -> missing(reference)));
  }

  private static Answer<LocalImage> missing(String reference) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "find the image " + reference,
            "there is no such image on the engine",
            "build, load or pull the image first"));
  }

  /** The name of the image that nobody can move, of the repository that the reference names. */
  static Optional<String> pinned(String reference, LocalImage image) {
    return image.digests().stream()
        .filter(digest -> ImageName.isSameRepository(digest, reference))
        .filter(ImageName::isPinned)
        .findFirst();
  }
}
