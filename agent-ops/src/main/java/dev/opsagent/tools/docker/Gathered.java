package dev.opsagent.tools.docker;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
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
   * Takes the first item of an endless stream, and ends it.
   *
   * @param question begins the stream
   * @return empty when none came in time
   * @throws RuntimeException what broke the stream
   */
  static <T> Optional<T> first(Consumer<Gathered<T>> question, Duration time)
      throws InterruptedException {
    CompletableFuture<Optional<T>> first = new CompletableFuture<>();
    Gathered<T> items = new Gathered<>(item -> first.complete(Optional.of(item)));
    var _ =
        items.end.whenComplete((_, broken) -> {
          boolean _ =
              broken == null
                  ? first.complete(Optional.empty())
                  : first.completeExceptionally(broken);
        });
    try (items) {
      question.accept(items);
      return first.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw broken(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
