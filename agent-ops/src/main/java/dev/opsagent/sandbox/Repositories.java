package dev.opsagent.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Finds git's own files below folders that a program may write to. */
final class Repositories {
  private static final String NAME = ".git";

  private Repositories() {}

  /**
   * Every {@code .git} below the folders, none of them inside another.
   *
   * @throws IOException when one is a link, which cannot be kept as it is
   */
  static List<Path> below(Collection<Path> folders) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.walkFileTree(folder, new Visitor(found));
      }
    }
    return found;
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final List<Path> found;

    Visitor(List<Path> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!isGit(folder)) {
        return FileVisitResult.CONTINUE;
      }
      found.add(folder);
      return FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (isGit(file) && attributes.isSymbolicLink()) {
        throw new IOException("a .git in the workspace is a link");
      }
      if (isGit(file)) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isGit(Path path) {
      return path.endsWith(NAME);
    }
  }
}
