package dev.opsagent.outside;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/** Asks the server that keeps an environment's metrics. */
public interface MetricQueries {
  /**
   * Evaluates a query as of now. Whatever is not one finite number of now is a failure whose cause
   * says what came back instead: no series or several, NaN, an infinity, a warning that the result
   * is partial, an old result, an error, or nothing in time.
   *
   * @param server its address, to which the path of the query API is added
   * @param query in the server's language
   * @param timeout within which the whole answer must be there
   */
  Answer<Sample> evaluate(URI server, String query, Duration timeout);

  /**
   * What a query came to.
   *
   * @param value finite
   * @param at as of when, by the server's clock
   */
  record Sample(double value, Instant at) {}
}
