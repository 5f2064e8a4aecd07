package dev.opsagent.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where secrets are, by name. Holds no secret: a value is read each time it is asked for, so that a
 * rotated one is used at once and none lies in memory longer than its use.
 */
public final class Secrets {
  private static final long LARGEST_FILE = 64 * 1024;

  private final Map<String, Source> sources;
  private final Map<String, String> environment;

  public Secrets(Map<String, Source> sources, Map<String, String> environment) {
    this.sources = Map.copyOf(sources);
    this.environment = environment;
  }

  /** The secret's value now; empty when it is not declared, not set or cannot be read. */
  public Optional<String> resolve(String name) {
    return Optional.ofNullable(sources.get(name)).flatMap(this::read).filter(it -> !it.isEmpty());
  }

  /** The declared secrets by name. */
  public Map<String, Source> sources() {
    return sources;
  }

  private Optional<String> read(Source source) {
    return switch (source) {
      case Source.Env(String variable) -> Optional.ofNullable(environment.get(variable));
      case Source.File(Path path) -> read(path);
    };
  }

  private static Optional<String> read(Path path) {
    try {
      if (Files.size(path) > LARGEST_FILE) {
        return Optional.empty();
      }
      return Optional.of(Files.readString(path).strip());
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "Secrets" + sources.keySet();
  }

  /** Where one secret is. */
  public sealed interface Source {
    /** An environment variable of the worker. */
    record Env(String variable) implements Source {}

    /** A file whose whole content, stripped, is the secret; at most 64 KiB. */
    record File(Path path) implements Source {}
  }
}
