package dev.opsagent.operations.push;

import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Workspaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The folders of a push. What git commits from ({@code source/}) is never where the package's
 * scripts run ({@code checkout/}): they could rewrite its {@code .git}.
 */
record TaskFolders(Path root) {
  static TaskFolders of(Workspaces workspaces, StepContext context) {
    return new TaskFolders(workspaces.of(context.task().taskId()));
  }

  /** A clone that only this process touches. */
  Path source() {
    return root.resolve("source");
  }

  /** A clone in which the package's scripts run, and from which it is packed. */
  Path checkout() {
    return root.resolve("checkout");
  }

  Path artifacts() {
    return root.resolve("artifacts");
  }

  /** A clone for looking things up. */
  Path resolve() {
    return root.resolve("resolve");
  }

  /** A place beside its final one, to be renamed when complete. */
  static Path unfinished(Path path) {
    return path.resolveSibling(path.getFileName() + ".unfinished");
  }

  /** Makes an empty folder of it, whatever was there. */
  static Path emptied(Path folder) throws IOException {
    FolderRemoval.remove(folder);
    return Files.createDirectories(folder);
  }

  /** Gives the unfinished file or folder its name in one step, so that the name means complete. */
  static void finish(Path path) throws IOException {
    FolderRemoval.replace(path, unfinished(path));
  }

  /** Replaces a file in one step; a link in its place is replaced, never followed. */
  void write(Path file, byte[] content) throws IOException {
    Path unfinished = root.resolve("file.unfinished");
    Files.write(unfinished, content);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The content of a regular file; empty when there is none. */
  static Optional<byte[]> read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(Files.readAllBytes(file));
  }

  /** Leaves a note for later attempts of this task. */
  void note(String name, String content) throws IOException {
    write(root.resolve(name), content.getBytes(StandardCharsets.UTF_8));
  }

  Optional<String> noted(String name) throws IOException {
    return read(root.resolve(name)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  void forget(String name) throws IOException {
    Files.deleteIfExists(root.resolve(name));
  }
}
