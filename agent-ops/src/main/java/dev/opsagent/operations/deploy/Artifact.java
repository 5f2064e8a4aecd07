package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.DeployParameters.Published;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is deployed: an image or a published package. */
sealed interface Artifact {
  /** Looks up which bytes are meant. */
  Found find() throws Stopped;

  /** Whether they can still be had; a failure says why not. */
  Answer<Boolean> stillThere(Sight seen);

  /** The bytes, for a runtime that starts them from a file; empty when it fetches them itself. */
  Optional<byte[]> download(Sight seen) throws Stopped;

  /**
   * What a reference stands for.
   *
   * @param reference pinned
   */
  record Found(Next release, String reference) {}

  /** An image of the engine. */
  record OfImage(Images images, String reference, Optional<String> label) implements Artifact {
    private static final int SHORT = 12;

    @Override
    public Found find() throws Stopped {
      Images.Pinned pinned = unlessOk(images.pin(reference));
      String version = label.or(() -> tag(reference)).orElseGet(() -> start(pinned.digest()));
      return new Found(new Next(version, pinned.digest()), pinned.reference());
    }

    private static Optional<String> tag(String reference) {
      int colon = reference.lastIndexOf(':');
      boolean tagged =
          colon > reference.lastIndexOf('/') && reference.indexOf('@') < 0 && colon > 0;
      return tagged ? Optional.of(reference.substring(colon + 1)) : Optional.empty();
    }

    private static String start(String digest) {
      String hex = digest.substring(digest.indexOf(':') + 1);
      return hex.substring(0, Math.min(SHORT, hex.length()));
    }

    @Override
    public Answer<Boolean> stillThere(Sight seen) {
      return images.pin(seen.reference().orElse(reference)).map(_ -> true);
    }

    @Override
    public Optional<byte[]> download(Sight seen) {
      return Optional.empty();
    }
  }

  /**
   * An image that its reference names by its digest; whoever runs it pulls it, and is the first to
   * know whether that can be done.
   */
  record OfDigest(String reference, Optional<String> label) implements Artifact {
    private static final Pattern PINNED = Pattern.compile("[^@]+@(sha256:[0-9a-f]{64})");

    static boolean isPinned(String reference) {
      return PINNED.matcher(reference).matches();
    }

    @Override
    public Found find() {
      String digest = reference.substring(reference.indexOf('@') + 1);
      return new Found(new Next(label.orElseGet(() -> OfImage.start(digest)), digest), reference);
    }

    @Override
    public Answer<Boolean> stillThere(Sight seen) {
      return new Answer.Ok<>(true);
    }

    @Override
    public Optional<byte[]> download(Sight seen) {
      return Optional.empty();
    }
  }

  /** A version of a package. */
  record OfPackage(PackageRegistry registry, Published published) implements Artifact {
    @Override
    public Found find() throws Stopped {
      String integrity = unlessOk(integrity());
      String reference =
          "%s:%s@%s".formatted(published.registry(), published.name(), published.version());
      return new Found(new Next(published.version(), integrity), reference);
    }

    private Answer<String> integrity() {
      return registry
          .find(published.name())
          .then(listing ->
              listing
                  .map(it -> it.versions().get(published.version()))
                  .<Answer<String>>map(Answer.Ok::new)
                  .orElseGet(() -> new Answer.No<>(absent())));
    }

    private Failure absent() {
      return Failure.of(
          ReasonCode.PRECONDITION_FAILED,
          "deploy %s@%s".formatted(published.name(), published.version()),
          "the registry " + published.registry() + " has no such version",
          "publish it first, or name another version");
    }

    @Override
    public Answer<Boolean> stillThere(Sight seen) {
      return integrity()
          .then(now ->
              now.equals(seen.wanted().digest())
                  ? new Answer.Ok<>(true)
                  : new Answer.No<>(changed("its integrity has changed since the plan was made")));
    }

    @Override
    public Optional<byte[]> download(Sight seen) throws Stopped {
      byte[] bytes = unlessOk(registry.download(published.name(), published.version()));
      if (!Integrity.of(bytes).equals(seen.wanted().digest())) {
        throw new Stopped(changed("the registry serves other bytes than it lists"));
      }
      return Optional.of(bytes);
    }

    private Failure changed(String cause) {
      return Failure.of(
          ReasonCode.INTEGRITY_MISMATCH,
          "fetch %s@%s".formatted(published.name(), published.version()),
          cause,
          "find out who changed it before anything of it runs");
    }
  }
}
