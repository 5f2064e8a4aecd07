package dev.opsagent.operations.image;

import dev.opsagent.outside.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The images that builds of a task have made on their way, in order: an engine keeps them, also of
 * a build that was cut off. They stand in the workspace, so that a worker that was killed amid a
 * build can still clear up.
 */
record MadeImages(Path file) {
  private static final int MOST = 10_000;

  List<String> ids() throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Files.readAllLines(file)
        : List.of();
  }

  void add(String id) {
    try {
      Set<String> ids = new LinkedHashSet<>(ids());
      if (ids.size() < MOST && ids.add(id)) {
        write(List.copyOf(ids));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(List<String> ids) throws IOException {
    DurableFile.replace(file, String.join("\n", ids).getBytes(StandardCharsets.UTF_8));
  }
}
