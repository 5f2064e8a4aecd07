package dev.opsagent.operations.deploy;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.BranchLookup;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.deploy.DeployParameters.Published;
import dev.opsagent.operations.deploy.DeployParameters.Source;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.operations.deploy.Sight.Origin;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.DurableFile;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is deployed: an image, a published package, or files of a commit. */
sealed interface Artifact {
  /** Looks up which bytes are meant. */
  Found find() throws Stopped;

  /** Whether they can still be had; a failure says why not. */
  Answer<Boolean> stillThere(Sight seen);

  /**
   * What a reference stands for.
   *
   * @param reference pinned
   */
  record Found(Next release, String reference, Optional<RemoteBranch> origin) {
    Found(Next release, String reference) {
      this(release, reference, Optional.empty());
    }
  }

  /** One that a runtime starts from a file or folder of this machine. */
  sealed interface Fetched extends Artifact {
    /** Its name in the task's folder. */
    String name();

    /** Whether it lies there as it was when the plan was made. */
    boolean isAt(Path place, Sight seen) throws IOException;

    /** Puts it there, instead of whatever is. */
    void fetch(Path place, Sight seen) throws Stopped, IOException;
  }

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
  }

  /** A version of a package. */
  record OfPackage(PackageRegistry registry, Published published) implements Fetched {
    @Override
    public String name() {
      return "release.tgz";
    }

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
    public boolean isAt(Path place, Sight seen) throws IOException {
      return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
          && Integrity.of(Files.readAllBytes(place)).equals(seen.wanted().digest());
    }

    @Override
    public void fetch(Path place, Sight seen) throws Stopped, IOException {
      byte[] bytes = unlessOk(registry.download(published.name(), published.version()));
      if (!Integrity.of(bytes).equals(seen.wanted().digest())) {
        throw new Stopped(changed("the registry serves other bytes than it lists"));
      }
      DurableFile.replace(place, bytes);
    }

    private Failure changed(String cause) {
      return Failure.of(
          ReasonCode.INTEGRITY_MISMATCH,
          "fetch %s@%s".formatted(published.name(), published.version()),
          cause,
          "find out who changed it before anything of it runs");
    }
  }

  /**
   * Files of a commit.
   *
   * @param wanted the repository, and which commit of it
   * @param environment a folder of this machine serves the local one only
   */
  record OfSource(
      Repository repository,
      RepositoryRef wanted,
      String environment,
      Source source,
      Optional<String> label)
      implements Fetched {
    @Override
    public String name() {
      return "source";
    }

    @Override
    public Found find() throws Stopped {
      RemoteBranch at = BranchLookup.ofCommitted(repository, "deploy").find(environment, wanted);
      String version = label.orElseGet(() -> at.head().substring(0, OfImage.SHORT));
      return new Found(
          new Next(version, Integrity.ofSource(at.head(), source.path())),
          "%s@%s".formatted(at.url(), at.head()),
          Optional.of(at));
    }

    /** Only fetching it tells, and comes next. */
    @Override
    public Answer<Boolean> stillThere(Sight seen) {
      return new Answer.Ok<>(true);
    }

    @Override
    public boolean isAt(Path place, Sight seen) {
      return switch (repository.open(place)) {
        case Answer.Ok<Checkout>(Checkout there) -> there.head().equals(origin(seen).commit());
        case Answer.No<Checkout> _ -> false;
      };
    }

    @Override
    public void fetch(Path place, Sight seen) throws Stopped, IOException {
      Path unfinished = place.resolveSibling(name() + ".unfinished");
      FolderRemoval.remove(unfinished);
      Origin from = origin(seen);
      unlessOk(repository.clone(from.url(), from.branch(), from.commit(), unfinished));
      FolderRemoval.replace(place, unfinished);
    }

    private static Origin origin(Sight seen) {
      return seen.origin().orElseThrow(() -> new IllegalStateException("no commit was found"));
    }
  }
}
