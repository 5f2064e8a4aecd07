package dev.opsagent.tools.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ref and index locks in a repository on this machine whose holder was killed. A holder writes one
 * small file under its lock, so one that is older than {@link #LONGEST} has no holder any more; git
 * itself gives up on a lock after a second and then wants a person to delete it.
 */
final class AbandonedLocks {
  /** Much longer than anybody holds a lock. */
  static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedLocks.class);
  private static final int DEEPEST_REF = 32;

  private AbandonedLocks() {}

  /**
   * Deletes them.
   *
   * @param age zero in a folder that nobody else works in
   * @return whether there was one
   */
  static boolean remove(Path gitDir, Duration age) throws IOException {
    Instant before = Instant.now().minus(age);
    boolean found = false;
    for (Path lock : locks(gitDir)) {
      if (!Files.getLastModifiedTime(lock, LinkOption.NOFOLLOW_LINKS).toInstant().isAfter(before)) {
        LOG.warn("deletes the abandoned lock {}", lock.getFileName());
        found |= Files.deleteIfExists(lock);
      }
    }
    return found;
  }

  private static List<Path> locks(Path gitDir) throws IOException {
    try (Stream<Path> top = Files.list(gitDir);
        Stream<Path> refs = Files.walk(gitDir.resolve("refs"), DEEPEST_REF)) {
      return Stream.concat(top, refs)
          .filter(path -> path.getFileName().toString().endsWith(".lock"))
          .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
          .toList();
    }
  }
}
