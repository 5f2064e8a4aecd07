package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.plan.Facts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;

/** Packs the tarball that is published and deployed, and checks what it ships. */
record PackStep(ReleaseSource sources, PackageRegistry registry) implements FallibleStep {
  /** Fact: the tarball's integrity. */
  static final String INTEGRITY = "package.integrity";

  /** Where the tarball of the task lies. */
  static Path tarball(TaskFolders folders, Observations seen) {
    String name = seen.packageName().replace("@", "").replace('/', '-');
    return folders.artifacts().resolve(name + "-" + seen.next() + ".tgz");
  }

  @Override
  public Probe probe(StepContext context) throws IOException {
    Observations seen = Observations.of(context.facts());
    Optional<String> there =
        TaskFolders.read(tarball(sources.folders(context), seen)).map(Integrity::of);
    Optional<String> known = context.facts().find(INTEGRITY);
    boolean ours = there.isPresent() && (known.isEmpty() || known.equals(there));
    return ours ? new Probe.Satisfied(facts(there.get())) : new Probe.Missing();
  }

  private static Facts facts(String integrity) {
    return Facts.of(Map.of(INTEGRITY, integrity));
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Observations seen = Observations.of(context.facts());
    TaskFolders folders = sources.folders(context);
    Path tarball = tarball(folders, seen);
    Path packed = packed(context, seen, folders);
    Files.createDirectories(folders.artifacts());
    Files.move(
        packed, tarball, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    FolderRemoval.remove(TaskFolders.unfinished(folders.artifacts()));
    return new Outcome.Applied(facts(Integrity.of(Files.readAllBytes(tarball))));
  }

  private Path packed(StepContext context, Observations seen, TaskFolders folders)
      throws Stopped, IOException {
    Path into = TaskFolders.emptied(TaskFolders.unfinished(folders.artifacts()));
    Optional<byte[]> published = published(context.facts(), seen);
    if (published.isPresent()) {
      return Files.write(into.resolve("published.tgz"), published.get());
    }
    Path packed = unlessOk(registry.pack(folders.checkout(), into));
    check(context, seen, packed);
    return packed;
  }

  /**
   * What an earlier attempt, perhaps on another machine, has published already: a build is not
   * always the same to the byte, and from then on those bytes are the release.
   */
  private Optional<byte[]> published(Facts facts, Observations seen) throws Stopped {
    Optional<String> known = facts.find(INTEGRITY);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> listed =
        unlessOk(registry.find(seen.packageName()))
            .map(listing -> listing.versions().get(seen.next()));
    if (!known.equals(listed)) {
      return Optional.empty();
    }
    byte[] bytes = unlessOk(registry.download(seen.packageName(), seen.next()));
    return Optional.of(bytes).filter(b -> known.get().equals(Integrity.of(b)));
  }

  private void check(StepContext context, Observations seen, Path packed)
      throws Stopped, IOException {
    Checkout source = sources.source(context);
    Map<String, byte[]> raised = ReleaseFiles.raised(source, seen);
    byte[] manifest = raised.get(Manifest.FILE);
    if (manifest == null) {
      throw new IllegalStateException("every release raises the version in " + Manifest.FILE);
    }
    new PackedFiles(
            sources.owners(), unlessOk(source.files()), raised, Manifest.read(manifest).declared())
        .check(packed);
  }

  @Override
  public Undo undo(StepContext context) throws IOException {
    FolderRemoval.remove(sources.folders(context).artifacts());
    return new Undo.Undone();
  }
}
