package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
      delete(fresh);
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
    write(current(), Json.write(state));
  }

  /** Replaces the file as a whole; it is on disk when this returns. */
  void write(Path file, byte[] content) throws IOException {
    Path parent = file.resolveSibling(".");
    Files.createDirectories(parent);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel entries = FileChannel.open(parent, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Forgets the target: nothing is up and nothing can be gone back to. */
  void forget() throws IOException {
    Files.deleteIfExists(current());
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
        delete(dropped);
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException fault)
              throws IOException {
            if (fault != null) {
              throw fault;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
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
