package dev.opsagent.console;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.opsagent.protocol.Json;
import dev.opsagent.redaction.Redactor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The worker's HTTP port: {@code /livez}, {@code /readyz} and {@code /metrics}. Answers GET and
 * HEAD only. The JDK's own server, because it is up 0.8 s earlier and 50 MB smaller than Jetty.
 */
public final class HttpEndpoints implements AutoCloseable {
  private static final String JSON = "application/json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private final Redactor redactor;

  private HttpEndpoints(HttpServer server, Redactor redactor) {
    this.server = server;
    this.redactor = redactor;
  }

  /**
   * Binds and serves.
   *
   * @param address port 0 takes a free one
   * @param redactor takes secrets out of every page
   * @throws IOException when the address cannot be bound
   */
  public static HttpEndpoints start(
      InetSocketAddress address,
      Supplier<Readiness> liveness,
      Supplier<Readiness> readiness,
      Supplier<String> metrics,
      Redactor redactor)
      throws IOException {
    HttpEndpoints endpoints = new HttpEndpoints(HttpServer.create(address, 64), redactor);
    endpoints.serve("/livez", () -> status("live", liveness.get()));
    endpoints.serve("/readyz", () -> status("ready", readiness.get()));
    endpoints.serve("/metrics", () -> new Page(200, PROMETHEUS, metrics.get()));
    endpoints.serve("/", () -> new Page(404, JSON, "{\"error\":\"no such page\"}\n"));
    endpoints.server.setExecutor(endpoints.threads);
    endpoints.server.start();
    return endpoints;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private record Page(int status, String type, String body) {}

  private static Page status(String name, Readiness readiness) {
    Map<String, Object> told = new TreeMap<>(readiness.facts());
    told.put(name, readiness.ready());
    told.put("reasons", readiness.reasons());
    byte[] body = Json.write(told);
    return new Page(
        readiness.ready() ? 200 : 503, JSON, new String(body, StandardCharsets.UTF_8) + "\n");
  }

  private void serve(String path, Supplier<Page> page) {
    server.createContext(path, exchange -> answer(exchange, path, page));
  }

  private byte[] shown(Page page) {
    byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
    return page.type().equals(JSON)
        ? redactor.rewritten(body).orElse(body)
        : redactor.text(page.body()).getBytes(StandardCharsets.UTF_8);
  }

  private void answer(HttpExchange exchange, String path, Supplier<Page> page) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      // A context also serves everything below its path; only the path itself is meant.
      boolean exact = path.equals("/") || exchange.getRequestURI().getPath().equals(path);
      Page found = exact ? page.get() : new Page(404, JSON, "{\"error\":\"no such page\"}\n");
      byte[] body = shown(found);
      exchange.getResponseHeaders().set("Content-Type", found.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      if (method.equals("HEAD")) {
        exchange.sendResponseHeaders(found.status(), -1);
        return;
      }
      exchange.sendResponseHeaders(found.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
