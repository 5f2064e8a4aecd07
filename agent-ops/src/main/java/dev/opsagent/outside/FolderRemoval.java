package dev.opsagent.outside;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * Removes a folder and all that is in it, each entry relative to its open parent: a link, also one
 * that is put there meanwhile, is removed and never followed.
 */
public final class FolderRemoval {
  /** Deeper folders are moved up first, since each level holds a file descriptor open. */
  private static final int DEEPEST = 64;

  private final SecureDirectoryStream<Path> top;

  private FolderRemoval(SecureDirectoryStream<Path> top) {
    this.top = top;
  }

  /** Removes the file or folder; does nothing when it is not there. */
  public static void remove(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().getParent();
    if (parent == null || !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> above = Files.newDirectoryStream(parent)) {
      if (!(above instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException("this platform cannot remove a folder without following links");
      }
      removeFrom(secure, folder.getFileName());
    }
  }

  /** Gives a file or folder the place of another one, whose name it has in one step at the end. */
  public static void replace(Path place, Path by) throws IOException {
    remove(place);
    Files.move(by, place, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void removeFrom(SecureDirectoryStream<Path> above, Path name) throws IOException {
    if (!isFolder(above, name)) {
      above.deleteFile(name);
      return;
    }
    // What was moved up while a pass ran is found by the next one.
    boolean moved = true;
    while (moved) {
      try (SecureDirectoryStream<Path> top = open(above, name)) {
        moved = new FolderRemoval(top).empty(top, 0);
      }
    }
    above.deleteDirectory(name);
  }

  private boolean empty(SecureDirectoryStream<Path> folder, int depth) throws IOException {
    boolean moved = false;
    for (Path entry : folder) {
      Path name = entry.getFileName();
      if (!isFolder(folder, name)) {
        folder.deleteFile(name);
        continue;
      }
      if (depth == DEEPEST) {
        folder.move(name, top, Path.of(UUID.randomUUID().toString()));
        moved = true;
        continue;
      }
      try (SecureDirectoryStream<Path> inner = open(folder, name)) {
        moved |= empty(inner, depth + 1);
      }
      folder.deleteDirectory(name);
    }
    return moved;
  }

  private static boolean isFolder(SecureDirectoryStream<Path> parent, Path name)
      throws IOException {
    try {
      return parent
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> parent, Path name)
      throws IOException {
    SecureDirectoryStream<Path> folder = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    // Tools leave read-only folders behind, from which only their owner's permission frees the
    // entries.
    folder
        .getFileAttributeView(PosixFileAttributeView.class)
        .setPermissions(PosixFilePermissions.fromString("rwx------"));
    return folder;
  }
}
