package dev.opsagent.tools.docker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An engine with containers that a real one does not have at will: each is of a service that is
 * called like what becomes of the question what it uses.
 */
final class PlayedEngine implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<String> containers;

  private PlayedEngine(HttpServer server, List<String> containers) {
    this.server = server;
    this.containers = List.copyOf(containers);
  }

  static PlayedEngine with(List<String> containers) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    PlayedEngine played = new PlayedEngine(server, containers);
    server.createContext("/", played::answer);
    server.setExecutor(played.threads);
    server.start();
    return played;
  }

  String address() {
    return "tcp://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.endsWith("/containers/json")) {
        say(exchange, 200, list());
      } else if (path.endsWith("/json")) {
        String id = path.replaceAll(".*/([a-z]+[0-9]+)/json", "$1");
        say(
            exchange,
            200,
            """
            {"Id": "%s", "Name": "/one", "Config": {}, "HostConfig": {}, "State": {}}
            """
                .formatted(id));
      } else {
        stats(exchange, path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stats(HttpExchange exchange, String path) throws IOException, InterruptedException {
    String kind = path.replaceAll(".*/([a-z]+)[0-9]+/stats", "$1");
    switch (kind) {
      case "well" ->
          say(
              exchange,
              200,
              """
              {"cpu_stats": {"cpu_usage": {"total_usage": 3000000000}},
               "memory_stats": {"usage": 1000, "stats": {"inactive_file": 100}}}
              """);
      case "ended" ->
          say(exchange, 200, "{\"cpu_stats\": {\"cpu_usage\": {}}, \"memory_stats\": {}}");
      case "silent" -> closed.await();
      default -> say(exchange, 404, "{\"message\": \"No such container\"}");
    }
  }

  private String list() {
    return IntStream.range(0, containers.size())
        .mapToObj(i ->
            """
            {"Id": "%s%d", "Labels": {"dev.opsagent.test.service": "%s"}}
            """
                .formatted(containers.get(i), i, containers.get(i)))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static void say(HttpExchange exchange, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.close();
  }
}
