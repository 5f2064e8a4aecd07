package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.protocol.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** One folder per task below {@code <data>/workspaces}, readable by the worker's user only. */
public final class TaskWorkspaces implements Workspaces {
  /** File systems take names of 255 bytes; tools append to them. */
  private static final int LONGEST_NAME = 160;

  private final Path root;

  /**
   * @param data the worker's data directory
   */
  public TaskWorkspaces(Path data) {
    this.root = data.toAbsolutePath().resolve("workspaces");
  }

  @Override
  public Path of(String taskId) {
    Path folder = root.resolve(folderName(taskId));
    try {
      Files.createDirectories(root);
      if (!Files.exists(folder)) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.createDirectories(folder.resolve("checkout"));
      Files.createDirectories(folder.resolve("artifacts"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("make the workspace of task " + taskId, e);
    }
  }

  @Override
  public void delete(String taskId) {
    try {
      FolderRemoval.remove(root.resolve(folderName(taskId)));
    } catch (IOException e) {
      throw new UncheckedIOException("delete the workspace of task " + taskId, e);
    }
  }

  /**
   * Every other character than a small letter, a digit or a dash becomes {@code _} and two hex
   * digits per byte: no name means another folder, none is equal to another's on a file system that
   * ignores case, and none holds a colon, which would end an entry of PATH.
   */
  static String folderName(String taskId) {
    StringBuilder name = new StringBuilder();
    for (byte b : taskId.getBytes(UTF_8)) {
      boolean plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-';
      name.append(plain ? String.valueOf((char) b) : String.format("_%02x", b));
    }
    if (name.length() <= LONGEST_NAME && !name.isEmpty()) {
      return name.toString();
    }
    // "_l" begins no escape, so a digest never meets a spelled-out name.
    return "_l" + Digests.sha256(taskId).substring("sha256:".length());
  }
}
