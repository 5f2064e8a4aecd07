package dev.opsagent.tools.http;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricQueries;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Asks the HTTP API of Prometheus, or of what speaks it.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries">Instant
 *     queries</a>
 */
public final class PrometheusQueries implements MetricQueries {
  private final BoundedGet web;
  private final InstantSource clock;

  /**
   * @param web closed by the caller
   * @param clock what the age of a result is told by
   */
  public PrometheusQueries(BoundedGet web, InstantSource clock) {
    this.web = web;
    this.clock = clock;
  }

  @Override
  public Answer<Sample> evaluate(URI server, String query, Duration timeout) {
    String action = "ask " + BoundedGet.shown(server) + " for " + web.excerpt(query);
    return web.get(action, address(server, query, timeout), timeout)
        .then(response -> read(action, response));
  }

  /** The server is told the time too: nobody waits for what it works on after that. */
  private static URI address(URI server, String query, Duration timeout) {
    String base = server.toString().replaceAll("/+$", "");
    return URI.create(
        "%s/api/v1/query?query=%s&timeout=%dms"
            .formatted(
                base,
                URLEncoder.encode(query, StandardCharsets.UTF_8),
                Math.max(1, timeout.toMillis())));
  }

  private Answer<Sample> read(String action, HttpResponse<String> response) {
    QueryAnswer answer = new QueryAnswer(action, clock.instant(), web::excerpt);
    return response.statusCode() == 200
        ? answer.read(response.body())
        : answer.no(
            "status %d with %s came back"
                .formatted(response.statusCode(), web.excerpt(response.body())));
  }
}
