package dev.opsagent.operations.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Does the same for several things side by side, and comes back once all are through. Whoever
 * interrupts the caller interrupts them all.
 *
 * @param most how many at once
 */
record Abreast(int most) {
  /**
   * What came of each, in the order of the things.
   *
   * @throws IllegalStateException when it was interrupted, as the thread is then
   */
  <T, R> List<R> each(List<T> things, Function<T, R> body) {
    if (things.size() == 1) {
      return List.of(body.apply(things.getFirst()));
    }
    try (ExecutorService threads =
        Executors.newFixedThreadPool(most, Thread.ofVirtual().name("abreast-", 0).factory())) {
      List<Callable<R>> calls =
          things.stream().<Callable<R>>map(thing -> () -> body.apply(thing)).toList();
      return results(threads.invokeAll(calls));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static <R> List<R> results(List<Future<R>> ended) throws InterruptedException {
    List<R> results = new ArrayList<>();
    for (Future<R> one : ended) {
      try {
        results.add(one.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException bug
            ? bug
            : new IllegalStateException("a part of the work broke", e.getCause());
      }
    }
    return results;
  }
}
