package dev.opsagent.outside;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is replaced as a whole and then stands on the disk. */
public final class DurableFile {
  private DurableFile() {}

  /**
   * Replaces the file, or makes it, with the folders above it. Whoever reads it sees the old
   * content or the new one; the new one has reached the disk when this returns, its name included.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path folder = file.resolveSibling(".");
    Files.createDirectories(folder);
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
    force(folder);
  }

  /** Removes the file, if it is there; it stays removed whatever happens to the machine. */
  public static void remove(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      force(file.resolveSibling("."));
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }
}
