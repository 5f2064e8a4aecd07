package dev.opsagent.tools.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Takes in what the engine streams, until it ends or time is up. */
final class Gathered<T> implements ResultCallback<T> {
  private final Consumer<T> sink;
  private final CompletableFuture<Closeable> stream = new CompletableFuture<>();
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();

  /**
   * @param sink takes each item, on a thread of the client
   */
  Gathered(Consumer<T> sink) {
    this.sink = sink;
  }

  @Override
  public void onStart(Closeable closeable) {
    stream.complete(closeable);
  }

  @Override
  public void onNext(T item) {
    sink.accept(item);
  }

  @Override
  public void onError(Throwable throwable) {
    end.completeExceptionally(throwable);
  }

  @Override
  public void onComplete() {
    end.complete(true);
  }

  @Override
  public void close() throws IOException {
    if (stream.isDone()) {
      stream.join().close();
    }
  }

  /**
   * The first item of an endless stream; closing it ends the stream.
   *
   * @param item empty when the stream ended without one
   */
  private record First<T>(Gathered<T> items, CompletableFuture<Optional<T>> item)
      implements AutoCloseable {
    static <T> First<T> of(Consumer<Gathered<T>> question) {
      CompletableFuture<Optional<T>> first = new CompletableFuture<>();
      Gathered<T> items = new Gathered<>(item -> first.complete(Optional.of(item)));
      var _ =
          items.end.whenComplete((_, broken) -> {
            boolean _ =
                broken == null
                    ? first.complete(Optional.empty())
                    : first.completeExceptionally(broken);
          });
      question.accept(items);
      return new First<>(items, first);
    }

    /** What has come by now; empty also of a stream that broke. */
    Optional<T> now() {
      return item.isCompletedExceptionally() ? Optional.empty() : item.getNow(Optional.empty());
    }

    @Override
    public void close() {
      try {
        items.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Takes the first item of an endless stream, and ends it.
   *
   * @param question begins the stream
   * @return empty when none came in time
   * @throws RuntimeException what broke the stream
   */
  static <T> Optional<T> first(Consumer<Gathered<T>> question, Duration time)
      throws InterruptedException {
    try (First<T> first = First.of(question)) {
      return first.item.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw broken(e);
    }
  }

  /**
   * The same of several streams at once.
   *
   * @param questions begin the streams
   * @param time for all of them
   * @return one for each question; empty when none came in time, or the stream broke
   */
  static <T> List<Optional<T>> firsts(List<Consumer<Gathered<T>>> questions, Duration time)
      throws InterruptedException {
    List<First<T>> firsts = questions.stream().map(First::of).toList();
    try {
      CompletableFuture<?>[] all =
          firsts.stream().map(First::item).toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(all).get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Each tells by itself what came of it.
    } finally {
      firsts.forEach(First::close);
    }
    return firsts.stream().map(First::now).toList();
  }

  private static RuntimeException broken(ExecutionException e) {
    return e.getCause() instanceof RuntimeException broken
        ? broken
        : new IllegalStateException(e.getCause());
  }

  /**
   * Waits for the end.
   *
   * @return whether it came in time
   * @throws RuntimeException what broke the stream
   */
  boolean await(Duration time) throws InterruptedException {
    try (this) {
      return end.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw broken(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
