package dev.opsagent.configuration;

import dev.opsagent.configuration.Configuration.Served;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environments as their file says now. Each question looks whether the file has changed, so
 * that nothing runs while nobody asks. A file that became unsound changes nothing: what was read
 * last holds until it is corrected.
 */
public final class ReloadedEnvironments implements Supplier<Environments> {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedEnvironments.class);

  private final Optional<Path> file;
  private final Map<String, Wall> least;
  private Stamp stamp;
  private Environments sound;
  private Optional<String> fault = Optional.empty();

  private ReloadedEnvironments(
      Optional<Path> file, Map<String, Wall> least, Stamp stamp, Environments sound) {
    this.file = file;
    this.least = Map.copyOf(least);
    this.stamp = stamp;
    this.sound = sound.requiring(least);
  }

  /** Reads them for the first time; the failure names every place that is wrong. */
  public static Answer<ReloadedEnvironments> open(Configuration configuration) {
    Map<String, Wall> least = new HashMap<>();
    configuration
        .sandbox()
        .required()
        .forEach((name, title) -> least.put(name, Wall.valueOf(title.toUpperCase(Locale.ROOT))));
    return switch (configuration.environments()) {
      case Served.Named(List<String> names) ->
          new Answer.Ok<>(
              new ReloadedEnvironments(
                  Optional.empty(), least, Stamp.ABSENT, Environments.undeclared(names)));
      case Served.Declared(Path file) -> open(file, least);
    };
  }

  private static Answer<ReloadedEnvironments> open(Path file, Map<String, Wall> least) {
    // Taken before the file is read: what changes in between is read again.
    Stamp stamp = Stamp.of(file);
    return switch (EnvironmentsFile.load(file)) {
      case Loaded.Sound<Environments>(Environments sound) ->
          new Answer.Ok<>(new ReloadedEnvironments(Optional.of(file), least, stamp, sound));
      case Loaded.Unsound<Environments> unsound -> new Answer.No<>(unsound.failure());
    };
  }

  /** Those in force. */
  @Override
  public synchronized Environments get() {
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
    switch (EnvironmentsFile.load(path)) {
      case Loaded.Sound<Environments>(Environments read) -> {
        sound = read.requiring(least);
        fault = Optional.empty();
        LOG.info("environments were read again: {}", String.join(", ", sound.names()));
      }
      case Loaded.Unsound<Environments>(_, List<Problem> problems) -> {
        fault = Optional.of("the environments before the last change hold: " + told(problems));
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
