package dev.opsagent.tools.compose;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/** Copies a folder within limits; refuses whatever leads out of it. */
final class SourceCopy {
  private static final long MAX_BYTES = 256L << 20;
  private static final int MAX_FILES = 20_000;

  /** Links one behind the other, as the kernel has it. */
  private static final int LONGEST_CHAIN = 40;

  /** The repository itself, and what package managers put there: neither is a service's source. */
  private static final Set<String> LEFT_OUT = Set.of(".git", "node_modules");

  private final Path source;
  private final Path target;
  private long bytes;
  private int files;
  private Optional<String> fault = Optional.empty();

  SourceCopy(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  /** Copies; answers with what is wrong with the folder, if anything is. */
  Optional<String> run() throws IOException {
    Files.walkFileTree(source, new Copying());
    return fault;
  }

  private FileVisitResult copy(Path file, BasicFileAttributes attributes) throws IOException {
    files++;
    bytes += attributes.size();
    fault = fault(file, attributes);
    if (fault.isPresent()) {
      return FileVisitResult.TERMINATE;
    }
    Files.copy(
        file,
        target.resolve(source.relativize(file)),
        LinkOption.NOFOLLOW_LINKS,
        StandardCopyOption.COPY_ATTRIBUTES);
    return FileVisitResult.CONTINUE;
  }

  private Optional<String> fault(Path file, BasicFileAttributes attributes) throws IOException {
    if (files > MAX_FILES || bytes > MAX_BYTES) {
      return Optional.of(
          "it holds more than " + MAX_FILES + " files or " + (MAX_BYTES >> 20) + " MiB");
    }
    if (attributes.isOther()) {
      return Optional.of(source.relativize(file) + " is neither a file nor a folder");
    }
    return attributes.isSymbolicLink() && followed(file, LONGEST_CHAIN).isEmpty()
        ? Optional.of(source.relativize(file) + " is a link that leads out of it")
        : Optional.empty();
  }

  /**
   * Where the link leads, step by step as the system goes: behind a link to a folder, two dots are
   * the parent of that folder. Empty when any step is out of the source.
   */
  private Optional<Path> followed(Path link, int left) throws IOException {
    Path to = Files.readSymbolicLink(link);
    if (to.isAbsolute() || left == 0) {
      return Optional.empty();
    }
    Optional<Path> at = Optional.ofNullable(link.getParent());
    for (Path step : to) {
      at = at.map(it -> it.resolve(step).normalize()).filter(it -> it.startsWith(source));
      if (at.filter(Files::isSymbolicLink).isPresent()) {
        at = followed(at.get(), left - 1);
      }
    }
    return at;
  }

  private final class Copying extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      if (LEFT_OUT.contains(String.valueOf(folder.getFileName()))) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      Files.createDirectories(target.resolve(source.relativize(folder)));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      return copy(file, attributes);
    }
  }
}
