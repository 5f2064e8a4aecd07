package dev.opsagent.endtoend;

import dev.opsagent.protocol.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a folder holds, as text that is equal when the folder is. */
final class FolderDigest {
  private FolderDigest() {}

  /** A line per file: its path and its content's digest. */
  static String of(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<String> lines =
          files
              .filter(wanted)
              .filter(Files::isRegularFile)
              .sorted()
              .map(FolderDigest::line)
              .toList();
      return String.join("\n", lines);
    }
  }

  private static String line(Path file) {
    try {
      return file + " " + Digests.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
