package dev.opsagent.testing;

import com.sun.net.httpserver.HttpServer;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricQueries.Sample;
import dev.opsagent.tools.http.BoundedGet;
import dev.opsagent.tools.http.PrometheusQueries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A Prometheus of its own, which scrapes a page of the test several times a second. */
public final class PrometheusServer implements AutoCloseable {
  private final HttpServer exporter;
  private final Process process;
  private final URI address;

  private PrometheusServer(HttpServer exporter, Process process, URI address) {
    this.exporter = exporter;
    this.process = process;
    this.address = address;
  }

  /**
   * Starts one.
   *
   * @param folder for its data; the caller's
   * @param page what it scrapes, in the text format
   */
  public static PrometheusServer start(Path folder, Supplier<String> page) {
    Path program = Peers.require("prometheus", "install the Debian package prometheus");
    try {
      HttpServer exporter = exporter(page);
      Path configuration = Files.createDirectories(folder).resolve("prometheus.yml");
      Files.writeString(configuration, configuration(exporter.getAddress().getPort()));
      int port = FreePort.any();
      Process process =
          new ProcessBuilder(
                  program.toString(),
                  "--config.file=" + configuration,
                  "--storage.tsdb.path=" + folder.resolve("series"),
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("prometheus.log").toFile())
              .start();
      URI address = URI.create("http://127.0.0.1:" + port);
      PrometheusServer server = new PrometheusServer(exporter, process, address);
      server.awaitFirstScrape();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpServer exporter(Supplier<String> page) throws IOException {
    HttpServer exporter =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    exporter.createContext(
        "/metrics",
        exchange -> {
          byte[] body = page.get().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    exporter.start();
    return exporter;
  }

  private static String configuration(int port) {
    return """
    global: {scrape_interval: 200ms, scrape_timeout: 200ms}
    scrape_configs:
      - job_name: sample
        static_configs: [{targets: ['127.0.0.1:%d']}]
    """
        .formatted(port);
  }

  private void awaitFirstScrape() {
    try {
      await("up == 1");
    } catch (ConditionTimeoutException late) {
      close();
      throw late;
    }
  }

  public URI address() {
    return address;
  }

  /** Waits until the query has one value. */
  public void await(String query) {
    try (BoundedGet web = new BoundedGet()) {
      PrometheusQueries queries = new PrometheusQueries(web, InstantSource.system());
      Awaitility.await(query)
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              queries.evaluate(address, query, Duration.ofSeconds(5)) instanceof Answer.Ok<Sample>);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    exporter.stop(0);
  }
}
