package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.DurableFile;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.compose.Compose.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files that are kept for one target: its releases, and what can be gone back to. */
final class ComposeFolder {
  private static final int MAX_STATE = 1024 * 1024;

  private final Path folder;

  ComposeFolder(Path projects, String target) {
    this.folder = projects.resolve(hex(target));
  }

  Path release(Kept kept) {
    return release(kept.digest());
  }

  private Path release(String digest) {
    return releases().resolve(hex(digest));
  }

  /** The settings that this release's task adds to its compose file. */
  Path override(Kept kept) {
    return overrides().resolve(key(kept) + ".json");
  }

  /** What tells this release of this task from any other. */
  static String key(Kept kept) {
    return hex(kept.digest() + " " + kept.taskId());
  }

  /** Copies the source of the release, so that it can be brought up again later. */
  Answer<Path> keep(String digest, Path source) throws IOException {
    Path ready = release(digest);
    if (Files.isDirectory(ready, LinkOption.NOFOLLOW_LINKS)) {
      return new Answer.Ok<>(ready);
    }
    Files.createDirectories(releases());
    Path fresh = Files.createTempDirectory(releases(), ".copying-");
    SourceCopy copy = new SourceCopy(source.toRealPath(), fresh);
    Optional<String> fault = copy.run();
    if (fault.isPresent()) {
      FolderRemoval.remove(fresh);
      return new Answer.No<>(
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "copy the folder of the compose file",
              fault.get(),
              "keep the compose file in a folder with nothing but what it needs"));
    }
    Files.move(fresh, ready, StandardCopyOption.ATOMIC_MOVE);
    return new Answer.Ok<>(ready);
  }

  Optional<Kept.State> read() throws IOException {
    try (InputStream file = Files.newInputStream(current())) {
      return Optional.of(Json.read(file.readNBytes(MAX_STATE), Kept.State.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(Kept.State state) throws IOException {
    DurableFile.replace(current(), Json.write(state));
  }

  /** The project of the release, without or with the settings that its task adds. */
  Project project(Kept kept, boolean withOverride) {
    Path copy = release(kept);
    Path file = copy.resolve(kept.file());
    List<Path> files = withOverride ? List.of(file, override(kept)) : List.of(file);
    Path beside = Optional.ofNullable(file.getParent()).orElse(copy);
    return new Project(kept.project(), beside, files, kept.settings());
  }

  /** Forgets the target: nothing is up and nothing can be gone back to. */
  void forget() throws IOException {
    DurableFile.remove(current());
  }

  /** Deletes the releases that nobody goes back to. */
  void prune(List<Kept> kept) throws IOException {
    prune(releases(), kept.stream().map(this::release).collect(Collectors.toSet()));
    prune(overrides(), kept.stream().map(this::override).collect(Collectors.toSet()));
  }

  private static void prune(Path folder, Set<Path> keep) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> found = Files.list(folder)) {
      for (Path dropped : found.filter(path -> !keep.contains(path)).toList()) {
        FolderRemoval.remove(dropped);
      }
    }
  }

  private Path current() {
    return folder.resolve("current.json");
  }

  private Path releases() {
    return folder.resolve("releases");
  }

  private Path overrides() {
    return folder.resolve("overrides");
  }

  static String hex(String text) {
    return Digests.sha256(text).substring("sha256:".length(), "sha256:".length() + 16);
  }
}
