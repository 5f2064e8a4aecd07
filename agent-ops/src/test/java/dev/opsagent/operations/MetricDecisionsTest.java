package dev.opsagent.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.testing.PrometheusServer;
import dev.opsagent.testing.Readme;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.tools.http.BoundedGet;
import dev.opsagent.tools.http.PrometheusQueries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table of decisions in the documents is what a release meets: at a real Prometheus where it
 * can be made to answer so, else at a stand-in.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MetricDecisionsTest {
  private static final Target TARGET = new Target("staging", "shop");
  private static final Pattern ROW =
      Pattern.compile("\\| (.+?) \\| (PASS|FAIL|INCONCLUSIVE) \\|.*");

  private final BoundedGet web = new BoundedGet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Pace pace = Pace.of(new RealTimers());
  private volatile String rare = "";
  private volatile String fading = "fading 0.01";
  private PrometheusServer prometheus;

  @BeforeAll
  void start(@TempDir Path folder) {
    prometheus = PrometheusServer.start(folder, this::page);
    prometheus.await("good");
    prometheus.await("fading");
  }

  @AfterAll
  void stop() {
    end.countDown();
    threads.shutdownNow();
    prometheus.close();
    web.close();
  }

  private String page() {
    return """
    good{service="shop",environment="staging",version="1.0.1"} 0.01
    bad 0.5
    nan NaN
    infinite +Inf
    several{instance="a"} 0.01
    several{instance="b"} 0.01
    %s
    %s
    """
        .formatted(rare, fading);
  }

  @Test
  void everyRowOfTheTableIsWhatHappens() throws Exception {
    Map<String, Callable<MetricVerdict>> cases = cases();
    Map<String, Future<MetricVerdict>> verdicts = new LinkedHashMap<>();
    cases.forEach((row, verdict) -> verdicts.put(row, threads.submit(verdict)));
    Map<String, String> seen = new LinkedHashMap<>();
    for (Map.Entry<String, Future<MetricVerdict>> one : verdicts.entrySet()) {
      seen.put(one.getKey(), decision(one.getValue().get()));
    }
    assertThat(seen).containsExactlyEntriesOf(table());
  }

  @Test
  void aReportSaysWhatWasAskedAndWhatCameBack() throws Exception {
    String query =
        "good{service=\"{service}\",environment=\"{environment}\",version=\"{version}\"}";

    assertThat(judged(max(query, 0.02)))
        .isInstanceOfSatisfying(
            MetricVerdict.Good.class,
            good ->
                assertThat(good.seen().getFirst().sentence())
                    .contains("was 0.01 to 0.01 in ", "at most 0.02")
                    .contains("good{service=\"shop\",environment=\"staging\",version=\"1.0.1\"}"));
    assertThat(judged(max("bad", 0.4)))
        .isEqualTo(
            new MetricVerdict.Bad(ReasonCode.UNHEALTHY, "the metric it was 0.5, above 0.4 (bad)"));
    assertThat(judged(max("nothing", 1)))
        .isInstanceOfSatisfying(
            MetricVerdict.Inconclusive.class,
            it ->
                assertThat(it.cause())
                    .isEqualTo(
                        "the metric it gave 0 of 2 samples;"
                            + " there is no data: no series matches (nothing)"));
  }

  @Test
  void oneBadMetricOutweighsAnotherThatIsInconclusive() throws Exception {
    assertThat(decision(judged(max("nothing", 1), max("bad", 0.4)))).isEqualTo("FAIL");
    assertThat(decision(judged(max("good", 1), max("nothing", 1)))).isEqualTo("INCONCLUSIVE");
  }

  private Map<String, Callable<MetricVerdict>> cases() {
    Map<String, Callable<MetricVerdict>> cases = new LinkedHashMap<>();
    cases.put("enough values, all in bounds, the last one too", () -> judged(max("good", 0.02)));
    cases.put("the same as a scalar", () -> judged(max("scalar(good)", 0.02)));
    cases.put("a value above `max`", () -> judged(max("bad", 0.02)));
    cases.put("a value below `min`", () -> judged(min("good", 0.02)));
    cases.put("a value in what `baseline` allows", () -> compared("good", 0.0095));
    cases.put("a value above what `baseline` allows", () -> compared("bad", 0.1));
    cases.put("no baseline: nothing ran before, or it could not be measured", this::uncompared);
    cases.put("fewer values than `samples`", this::tooFew);
    cases.put("enough values, but none at the end", this::goneAtTheEnd);
    cases.put("no series", () -> judged(max("nothing", 1)));
    cases.put("several series", () -> judged(max("several", 1)));
    cases.put("NaN", () -> judged(max("nan", 1)));
    cases.put("an infinity", () -> judged(max("infinite", 1)));
    cases.put("a matrix or a string", () -> judged(max("good[1m]", 1), max("'1'", 1)));
    cases.put("a query that the server cannot read", () -> judged(max("good(", 1)));
    cases.put("status 500", () -> answered(500, value("0.01", Instant.now())));
    cases.put("a redirect", () -> answered(302, value("0.01", Instant.now())));
    cases.put("an error instead of a result", () -> answered(200, ERROR));
    cases.put("a warning beside the result", () -> answered(200, warned()));
    cases.put("something that is no answer of the API", () -> answered(200, "<html>0.01</html>"));
    cases.put("an answer that is longer than 64 KiB", () -> answered(200, tooLong()));
    cases.put("a result of more than a minute ago", this::old);
    cases.put("the result of before again", this::cached);
    cases.put("an answer that comes too late", () -> served(this::late));
    cases.put("no answer at all", () -> served(_ -> end.await()));
    cases.put("nobody listens", () -> judged(nobody(), max("good", 1)));
    return cases;
  }

  private static Map<String, String> table() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line :
        Files.readAllLines(Readme.root().resolve("agent-ops/docs/verification.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1).strip(), row.group(2));
      }
    }
    return rows;
  }

  private static String decision(MetricVerdict verdict) {
    return switch (verdict) {
      case MetricVerdict.Good _ -> "PASS";
      case MetricVerdict.Bad _ -> "FAIL";
      case MetricVerdict.Inconclusive _ -> "INCONCLUSIVE";
    };
  }

  private MetricVerdict judged(MetricCheck... checks) throws InterruptedException {
    return judged(prometheus.address(), checks);
  }

  private MetricVerdict judged(URI server, MetricCheck... checks) throws InterruptedException {
    return verification(server, pace, checks).judge(TARGET, "1.0.1", Facts.NONE);
  }

  private MetricVerification verification(URI server, Pace pace, MetricCheck... checks) {
    return new MetricVerification(
        new PrometheusQueries(web, InstantSource.system()), server, List.of(checks), pace);
  }

  /** Compares with what it is said to have been. */
  private MetricVerdict compared(String query, double before) throws InterruptedException {
    Facts facts = new Baseline.Value(before).facts("it");
    return verification(prometheus.address(), pace, increase(query)).judge(TARGET, "1.0.1", facts);
  }

  private MetricVerdict uncompared() throws InterruptedException {
    MetricVerification verification = verification(prometheus.address(), pace, increase("good"));
    Facts nothingRan = verification.baselines(TARGET, Optional.empty());
    return verification.judge(TARGET, "1.0.1", nothingRan);
  }

  /** Before the last evaluation there is nothing. */
  private MetricVerdict tooFew() throws InterruptedException {
    Pace interrupted = before(4, this::appears);
    MetricVerdict verdict =
        verification(prometheus.address(), interrupted, max("rare", 1))
            .judge(TARGET, "1.0.1", Facts.NONE);
    assertThat(((MetricVerdict.Inconclusive) verdict).cause()).contains("gave 1 of 2 samples");
    return verdict;
  }

  private void appears() {
    rare = "rare 0.01";
    prometheus.await("rare");
  }

  private MetricVerdict goneAtTheEnd() throws InterruptedException {
    Pace interrupted =
        before(
            4,
            () -> {
              fading = "";
              prometheus.await("absent(fading)");
            });
    return verification(prometheus.address(), interrupted, max("fading", 1))
        .judge(TARGET, "1.0.1", Facts.NONE);
  }

  private Pace before(int evaluation, Runnable meanwhile) {
    AtomicInteger evaluations = new AtomicInteger();
    return new Pace() {
      @Override
      public Instant now() {
        return pace.now();
      }

      @Override
      public long nanoTime() {
        return pace.nanoTime();
      }

      @Override
      public void await(Duration time) throws InterruptedException {
        pace.await(time);
        if (evaluations.incrementAndGet() == evaluation) {
          meanwhile.run();
        }
      }
    };
  }

  private MetricVerdict old() throws IOException, InterruptedException {
    return answered(200, value("0.01", Instant.now().minusSeconds(90)));
  }

  private MetricVerdict cached() throws IOException, InterruptedException {
    String same = value("0.01", Instant.now());
    MetricVerdict verdict = answered(200, same);
    assertThat(((MetricVerdict.Inconclusive) verdict).cause()).contains("the one before again");
    return verdict;
  }

  private static MetricCheck max(String query, double max) {
    return check(query, Optional.of(max), Optional.empty(), Optional.empty());
  }

  private static MetricCheck min(String query, double min) {
    return check(query, Optional.empty(), Optional.of(min), Optional.empty());
  }

  private static MetricCheck increase(String query) {
    return check(
        query, Optional.empty(), Optional.empty(), Optional.of(new MetricCheck.Baseline(0.2)));
  }

  private static MetricCheck check(
      String query,
      Optional<Double> max,
      Optional<Double> min,
      Optional<MetricCheck.Baseline> baseline) {
    return new MetricCheck(
        "it", query, max, min, baseline, Optional.of(2), Optional.of(Duration.ofSeconds(1)));
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException, InterruptedException;
  }

  private MetricVerdict served(Handler handler) throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/api/v1/query",
        exchange -> {
          try (exchange) {
            handler.handle(exchange);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    try {
      return judged(
          URI.create("http://127.0.0.1:" + server.getAddress().getPort()), max("good", 1));
    } finally {
      server.stop(0);
    }
  }

  private MetricVerdict answered(int status, String body) throws IOException, InterruptedException {
    return served(exchange -> answer(exchange, status, body));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Location", "/elsewhere");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void late(HttpExchange exchange) throws IOException, InterruptedException {
    pace.await(Duration.ofMillis(5_500));
    answer(exchange, 200, value("0.01", Instant.now()));
  }

  private static final String ERROR =
      """
      {"status": "error", "errorType": "execution", "error": "too much"}\
      """;

  private static String value(String value, Instant at) {
    return """
    {"status": "success", "data": {"resultType": "vector",
     "result": [{"metric": {}, "value": [%d.%03d, "%s"]}]}}\
    """
        .formatted(at.getEpochSecond(), at.toEpochMilli() % 1000, value);
  }

  private static String warned() {
    return value("0.01", Instant.now()).replaceFirst("\\{", "{\"warnings\": [\"one is down\"], ");
  }

  private static String tooLong() {
    return value("0.01", Instant.now())
        .replace("\"metric\": {}", "\"metric\": {\"x\": \"%s\"}".formatted("x".repeat(70_000)));
  }

  private static URI nobody() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
