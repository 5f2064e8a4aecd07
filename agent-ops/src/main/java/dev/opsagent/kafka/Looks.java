package dev.opsagent.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Asks brokers again that may not have settled yet, for a few seconds. */
final class Looks {
  private static final int MOST = 10;
  private static final Duration PAUSE = Duration.ofMillis(300);

  private Looks() {}

  /** What brokers are asked. */
  interface Question<T> {
    T ask() throws InterruptedException, ExecutionException, TimeoutException;
  }

  /** The first answer that is settled, or else the last one. */
  static <T> T until(Predicate<T> settled, Question<T> question)
      throws InterruptedException, ExecutionException, TimeoutException {
    T answer = question.ask();
    for (int look = 1; look < MOST && !settled.test(answer); look++) {
      Thread.sleep(PAUSE);
      answer = question.ask();
    }
    return answer;
  }
}
