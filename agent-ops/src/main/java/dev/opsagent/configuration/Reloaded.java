package dev.opsagent.configuration;

import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator's file says now. Each question looks whether the file has changed, so that
 * nothing runs while nobody asks. A file that became unsound changes nothing: what was read last
 * holds until it is corrected.
 */
public final class Reloaded<T> implements Supplier<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Reloaded.class);

  private final String what;
  private final Optional<Path> file;
  private final Function<Path, Loaded<T>> loader;
  private Stamp stamp;
  private T sound;
  private Optional<String> fault = Optional.empty();

  private Reloaded(
      String what, Optional<Path> file, Function<Path, Loaded<T>> loader, Stamp stamp, T sound) {
    this.what = what;
    this.file = file;
    this.loader = loader;
    this.stamp = stamp;
    this.sound = sound;
  }

  /** What no file says, and so never changes. */
  static <T> Reloaded<T> fixed(String what, T value) {
    return new Reloaded<>(
        what, Optional.empty(), _ -> new Loaded.Sound<>(value), Stamp.ABSENT, value);
  }

  /**
   * Reads the file for the first time; the failure names every place that is wrong.
   *
   * @param what it holds, in words
   */
  static <T> Answer<Reloaded<T>> open(String what, Path file, Function<Path, Loaded<T>> loader) {
    // Taken before the file is read: what changes in between is read again.
    Stamp stamp = Stamp.of(file);
    return switch (loader.apply(file)) {
      case Loaded.Sound<T>(T sound) ->
          new Answer.Ok<>(new Reloaded<>(what, Optional.of(file), loader, stamp, sound));
      case Loaded.Unsound<T> unsound -> new Answer.No<>(unsound.failure());
    };
  }

  /** What is in force. */
  @Override
  public synchronized T get() {
    file.ifPresent(this::look);
    return sound;
  }

  /** Why the file as it is now is not in force, in one sentence; empty when it is. */
  public synchronized Optional<String> fault() {
    file.ifPresent(this::look);
    return fault;
  }

  private void look(Path path) {
    Stamp now = Stamp.of(path);
    if (now.equals(stamp)) {
      return;
    }
    stamp = now;
    switch (loader.apply(path)) {
      case Loaded.Sound<T>(T read) -> {
        sound = read;
        fault = Optional.empty();
        LOG.info("{} were read again from {}", what, path);
      }
      case Loaded.Unsound<T>(_, List<Problem> problems) -> {
        fault =
            Optional.of("the %s before the last change hold: ".formatted(what) + told(problems));
        LOG.error("{}", fault.get());
      }
    }
  }

  private static String told(List<Problem> problems) {
    int more = problems.size() - 1;
    return problems.getFirst() + (more == 0 ? "" : " (and " + more + " more)");
  }

  /** What is looked at to find out whether a file has changed. */
  private record Stamp(Instant modified, long size, String identity, boolean readable) {
    static final Stamp ABSENT = new Stamp(Instant.EPOCH, -1, "", false);

    static Stamp of(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
            found.lastModifiedTime().toInstant(),
            found.size(),
            String.valueOf(found.fileKey()),
            Files.isReadable(file));
      } catch (IOException unreadable) {
        return ABSENT;
      }
    }
  }
}
