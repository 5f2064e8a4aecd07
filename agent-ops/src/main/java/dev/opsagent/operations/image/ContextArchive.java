package dev.opsagent.operations.image;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Packs the files of a context: the same files give the same bytes, whenever and by whomever they
 * are packed.
 *
 * @param root the context's folder in a checkout that nothing but this process touches
 */
record ContextArchive(Path root, List<String> files) {
  private static final long MAX_BYTES = 512L << 20;
  private static final int EXECUTABLE = 0100755;
  private static final int PLAIN = 0100644;

  ContextArchive {
    files = List.copyOf(files);
  }

  /**
   * Writes the archive; its name appears when it is complete.
   *
   * @return its size in bytes
   * @throws Stopped when the files are too large
   */
  long write(Path archive) throws Stopped, IOException {
    refuseLarge();
    Path unfinished = archive.resolveSibling(archive.getFileName() + ".unfinished");
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new BufferedOutputStream(Files.newOutputStream(unfinished)),
            StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      for (String file : files) {
        add(tar, file);
      }
    }
    Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
    return Files.size(archive);
  }

  private void refuseLarge() throws Stopped, IOException {
    long total = 0;
    for (String file : files) {
      Path path = root.resolve(file);
      total += Files.isSymbolicLink(path) ? 0 : Files.size(path);
    }
    if (total > MAX_BYTES) {
      throw new Stopped(
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "make the build context",
              "its files have %d bytes, more than %d".formatted(total, MAX_BYTES),
              "keep files that the build does not need out with .dockerignore"));
    }
  }

  private void add(TarArchiveOutputStream tar, String file) throws IOException {
    Path path = root.resolve(file);
    if (Files.isSymbolicLink(path)) {
      TarArchiveEntry link = new TarArchiveEntry(file, TarConstants.LF_SYMLINK);
      link.setLinkName(Files.readSymbolicLink(path).toString());
      put(tar, link);
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      TarArchiveEntry entry = new TarArchiveEntry(file, true);
      entry.setSize(Files.size(path));
      entry.setMode(Files.isExecutable(path) ? EXECUTABLE : PLAIN);
      put(tar, entry);
      Files.copy(path, tar);
    } else {
      throw new IOException("a file of the commit is not in the checkout");
    }
    tar.closeArchiveEntry();
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
  }
}
