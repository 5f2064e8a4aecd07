package dev.opsagent.tools.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A connection to an engine; the caller closes it.
 *
 * @param http what the client has no words for is asked over this; closed with the client
 * @param settings where the operator's logins are
 */
record Session(DockerClient client, DockerHttpClient http, DockerClientConfig settings)
    implements AutoCloseable {
  /** Answers a question over a connection of its own. */
  static <T> Answer<T> ask(Answer<Session> opened, Function<Session, Answer<T>> question) {
    return opened.then(session -> {
      try (session) {
        return question.apply(session);
      }
    });
  }

  /**
   * The same for a question that changes nothing and takes a moment. When it is interrupted, it is
   * asked once more: a task that is cancelled just then would not know how things stand.
   */
  static <T> Answer<T> look(Supplier<Answer<Session>> door, Function<Session, Answer<T>> question) {
    Answer<T> answer = ask(door.get(), question);
    if (!Thread.interrupted()) {
      return answer;
    }
    try {
      return ask(door.get(), question);
    } finally {
      Thread.currentThread().interrupt();
    }
  }

  /** A call to the engine, with what it refuses told as a failure. */
  static <T> Answer<T> call(String action, Supplier<T> call) {
    try {
      return new Answer.Ok<>(call.get());
    } catch (RuntimeException e) {
      return new Answer.No<>(EngineFailures.of(action, e));
    }
  }

  /**
   * Waits for the end of what the engine streams; an early end of the waiting ends the stream, and
   * with it what the engine does for it.
   */
  static Answer<Boolean> awaited(String action, Gathered<?> items, Duration time) {
    try {
      return items.await(time)
          ? new Answer.Ok<>(true)
          : new Answer.No<>(
              Failure.of(
                  ReasonCode.TIMEOUT,
                  action,
                  "it took longer than " + time.toSeconds() + " s",
                  "give it more time, or find out what takes so long"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.No<>(
          Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", ""));
    } catch (RuntimeException e) {
      return new Answer.No<>(EngineFailures.of(action, e));
    }
  }

  /** What the engine has under the reference. */
  Answer<Optional<Made>> image(String reference) {
    return call(
        "find the image " + reference,
        () -> {
          try {
            return Optional.of(Seen.made(client.inspectImageCmd(reference).exec()));
          } catch (NotFoundException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
