package dev.opsagent.configuration;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where secrets are, by name. Holds no secret: a value is read each time it is asked for, so that a
 * rotated one is used at once and none lies in memory longer than its use.
 */
public final class Secrets {
  /** The largest value of a secret, in bytes. */
  public static final int LARGEST = 64 * 1024;

  private final Map<String, Source> sources;
  private final Map<String, String> environment;

  public Secrets(Map<String, Source> sources, Map<String, String> environment) {
    this.sources = Map.copyOf(sources);
    this.environment = environment;
  }

  /** The declared secrets by name. */
  public Map<String, Source> sources() {
    return sources;
  }

  /** Reads those that are not on this machine; failures name no value and say what went wrong. */
  public interface Remote {
    /** Of a program that is no worker. */
    Remote NONE =
        new Remote() {
          @Override
          public Answer<String> read(Source.Kubernetes source) {
            return refused(source);
          }

          @Override
          public Answer<String> read(Source.Command source) {
            return refused(source);
          }

          private Answer<String> refused(Source source) {
            return new Answer.No<>(
                Failure.of(
                    ReasonCode.CONFIGURATION, "ask " + source.kind(), "only a worker does", ""));
          }
        };

    /** A key of a secret of a cluster. */
    Answer<String> read(Source.Kubernetes source);

    /** What a program prints. */
    Answer<String> read(Source.Command source);
  }

  /**
   * The secret's value now, without white space around it. Failures name the secret and the kind of
   * its source.
   */
  public Answer<String> resolve(String name, Remote remote) {
    Source source = sources.get(name);
    if (source == null) {
      return failed(name, "nowhere", "it is not declared", "declare it under secrets:");
    }
    return read(name, source, remote)
        .map(String::strip)
        .then(value ->
            value.isEmpty()
                ? failed(name, source.kind(), "it is empty", "give it a value")
                : new Answer.Ok<>(value));
  }

  /** The same for what may need none; then it is empty. */
  public Answer<Optional<String>> resolve(Optional<String> name, Remote remote) {
    return name.map(it -> resolve(it, remote).map(Optional::of))
        .orElseGet(() -> new Answer.Ok<>(Optional.empty()));
  }

  private Answer<String> read(String name, Source source, Remote remote) {
    return switch (source) {
      case Source.Env(String variable) ->
          Optional.ofNullable(environment.get(variable))
              .<Answer<String>>map(Answer.Ok::new)
              .orElseGet(() ->
                  failed(
                      name,
                      source.kind(),
                      variable + " is not set",
                      "set it in the worker's environment"));
      case Source.File(Path path) -> read(name, path);
      case Source.Kubernetes kubernetes -> named(name, source, remote.read(kubernetes));
      case Source.Command command -> named(name, source, remote.read(command));
    };
  }

  private static Answer<String> read(String name, Path path) {
    String kind = new Source.File(path).kind();
    String fix = "see that the worker may read " + path;
    try {
      return Files.size(path) > LARGEST
          ? failed(name, kind, "it is longer than " + LARGEST + " bytes", fix)
          : new Answer.Ok<>(Files.readString(path));
    } catch (IOException unreadable) {
      // Its message may quote what it read.
      return failed(name, kind, unreadable.getClass().getSimpleName(), fix);
    }
  }

  private static Answer<String> named(String name, Source source, Answer<String> answer) {
    return switch (answer) {
      case Answer.Ok<String> ok -> ok;
      case Answer.No<String>(Failure why) ->
          new Answer.No<>(
              new Failure(
                  why.code(),
                  action(name, source.kind()),
                  why.action() + ": " + why.cause(),
                  why.fix(),
                  why.retryable()));
    };
  }

  private static Answer<String> failed(String name, String kind, String cause, String fix) {
    return new Answer.No<>(Failure.of(ReasonCode.CONFIGURATION, action(name, kind), cause, fix));
  }

  private static String action(String name, String kind) {
    return "read the secret " + name + " from " + kind;
  }

  @Override
  public String toString() {
    return "Secrets" + sources.keySet();
  }

  /** Where one secret is. */
  public sealed interface Source {
    /** In words. */
    String kind();

    /** An environment variable of the worker. */
    record Env(String variable) implements Source {
      @Override
      public String kind() {
        return "an environment variable";
      }
    }

    /**
     * A file whose whole content, stripped, is the secret; at most {@value Secrets#LARGEST} bytes.
     */
    record File(Path path) implements Source {
      @Override
      public String kind() {
        return "a file";
      }
    }

    /**
     * A key of a Secret, in the namespace that an environment declares.
     *
     * @param environment whose cluster and namespace it is
     */
    record Kubernetes(String environment, String secret, String key) implements Source {
      @Override
      public String kind() {
        return "a Kubernetes secret";
      }
    }

    /**
     * What a program prints, behind the wall.
     *
     * @param arguments the program's name or absolute path, then its arguments
     * @param reads files and folders that it may read beside the system's
     * @param reaches the one address that it may connect to
     */
    record Command(List<String> arguments, List<Path> reads, Optional<URI> reaches)
        implements Source {
      public Command {
        arguments = List.copyOf(arguments);
        reads = List.copyOf(reads);
      }

      @Override
      public String kind() {
        return "a command";
      }
    }
  }
}
