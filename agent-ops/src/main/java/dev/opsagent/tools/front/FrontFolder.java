package dev.opsagent.tools.front;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.opsagent.outside.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder over which a worker and its front talk: the worker writes the routes, the front which
 * of them are in force. Whoever holds the lock is the front; the system frees it with the process.
 */
record FrontFolder(Path path) {
  private static final ReentrantLock LOOKING = new ReentrantLock();
  private static final int LARGEST = 4 * 1024 * 1024;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(
              it -> it.withValueInclusion(JsonInclude.Include.NON_ABSENT))
          .build();

  Path routesFile() {
    return path.resolve("routes.json");
  }

  Path appliedFile() {
    return path.resolve("applied.json");
  }

  /** The routes that should be in force; none when nothing was ever written. */
  Routes routes() throws IOException {
    return read(routesFile(), Routes.class).orElse(Routes.NONE);
  }

  /** What the front has said last; it may have ended since. */
  Optional<Applied> applied() throws IOException {
    return read(appliedFile(), Applied.class);
  }

  void write(Routes routes) throws IOException {
    DurableFile.replace(routesFile(), JSON.writeValueAsBytes(routes));
  }

  void write(Applied applied) throws IOException {
    DurableFile.replace(appliedFile(), JSON.writeValueAsBytes(applied));
  }

  private static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(JSON.readValue(in.readNBytes(LARGEST), type));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException(file.getFileName() + " cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Takes the front's place, until the channel is closed.
   *
   * @return empty when a front runs
   */
  Optional<FileChannel> lock() throws IOException {
    Files.createDirectories(path);
    FileChannel channel =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException _) {
      // Held by this very process, as in a test.
    }
    channel.close();
    return Optional.empty();
  }

  /** Whether a front runs now. */
  boolean isServed() throws IOException {
    LOOKING.lock(); // two looks of one process would take each other for a front
    try {
      Optional<FileChannel> free = lock();
      if (free.isPresent()) {
        free.get().close();
      }
      return free.isEmpty();
    } finally {
      LOOKING.unlock();
    }
  }
}
