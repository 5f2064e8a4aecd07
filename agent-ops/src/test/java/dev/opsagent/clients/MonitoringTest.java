package dev.opsagent.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.MonitoringFiles;
import dev.opsagent.testing.MonitoringFiles.Alert;
import dev.opsagent.testing.PromQl;
import dev.opsagent.testing.PromQl.LabelMatcher;
import dev.opsagent.testing.PromQl.Selector;
import dev.opsagent.testing.PrometheusServer;
import dev.opsagent.testing.Readme;
import dev.opsagent.testing.ScrapedPage;
import dev.opsagent.testing.ScrapedPage.Series;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Alerts and dashboard, held to what a worker that has done something tells of itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** What Prometheus adds to each series. */
  private static final Set<String> ADDED = Set.of("job", "instance");

  @TempDir static Path folder;
  private LocalWorker worker;
  private PrometheusServer prometheus;
  private ScrapedPage page = new ScrapedPage(List.of());

  @BeforeAll
  void start() throws Exception {
    PackageRemote remote = PackageRemote.create(folder, "watched");
    worker = LocalWorker.start(folder.resolve("data"));
    PackageRemote none = new PackageRemote(folder.resolve("nothing.git"));
    assertThat(end(remote.push("watched", new Target("local", "watched"))))
        .isEqualTo(TaskState.SUCCEEDED);
    assertThat(end(none.push("failed", new Target("local", "failed")))).isEqualTo(TaskState.FAILED);
    prometheus =
        PrometheusServer.start(folder.resolve("prometheus"), () -> worker.http("/metrics"));
    Awaitility.await().atMost(PATIENCE).until(this::hasCollected);
    page = ScrapedPage.of(worker.http("/metrics"));
    prometheus.await("sum(rate(jvm_gc_pause_seconds_sum[1m]))");
  }

  private TaskState end(TaskDispatch order) {
    worker.client.dispatch(order).toCompletableFuture().join();
    return worker.client.await(order.taskId(), PATIENCE).state();
  }

  /** What is told of collections begins with the first one. */
  private boolean hasCollected() {
    System.gc();
    return worker.http("/metrics").contains("jvm_gc_pause_seconds_sum");
  }

  @AfterAll
  void end() {
    prometheus.close();
    worker.close();
  }

  static List<Alert> alerts() {
    return MonitoringFiles.alerts();
  }

  static List<String> questions() {
    return MonitoringFiles.questions();
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void anAlertGoesByWhatAWorkerTells(Alert alert) {
    assertIsTold(PromQl.of(alert.expression()));
  }

  @ParameterizedTest
  @MethodSource("questions")
  void aPanelGoesByWhatAWorkerTells(String question) {
    assertIsTold(PromQl.of(question));
  }

  @ParameterizedTest
  @MethodSource("questions")
  void aPanelShowsSomethingOfAWorkerThatWorks(String question) {
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(ask(question)).isNotEmpty());
  }

  @Test
  void theReadmeNamesWhatAWorkerTells() {
    Set<String> named =
        Readme.read().table("| metric | labels | tells |").stream()
            .map(row -> Readme.cells(row).getFirst().replace("`", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> told =
        page.metrics().stream()
            .filter(metric -> metric.startsWith("ops_agent_"))
            .map(metric -> metric.replaceFirst("_seconds_(count|sum|max|bucket)$", "_seconds"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(told).isEqualTo(named);
  }

  @Test
  void theReadmeNamesTheLabels() {
    for (String row : Readme.read().table("| metric | labels | tells |")) {
      List<String> cells = Readme.cells(row);
      String metric = cells.getFirst().replace("`", "");
      Set<String> labels =
          Stream.of(cells.get(1).replace("`", "").split(",", -1))
              .map(String::strip)
              .filter(label -> !label.isEmpty())
              .collect(Collectors.toUnmodifiableSet());
      Stream.of(metric, metric + "_count")
          .flatMap(name -> page.named(name).stream())
          .forEach(it -> assertThat(it.labels().keySet()).as(metric).isEqualTo(labels));
    }
  }

  private void assertIsTold(PromQl expression) {
    assertThat(expression.selectors()).isNotEmpty();
    expression.selectors().stream()
        .filter(selector -> !selector.metric().equals("up")) // Prometheus' own
        .forEach(this::assertIsTold);
    Set<String> labels =
        expression.selectors().stream()
            .flatMap(selector -> page.named(selector.metric()).stream())
            .flatMap(series -> series.labels().keySet().stream())
            .collect(Collectors.toSet());
    labels.addAll(ADDED);
    assertThat(labels).containsAll(expression.grouping());
  }

  private void assertIsTold(Selector selector) {
    List<Series> told = page.named(selector.metric());
    assertThat(told).as(selector.metric()).isNotEmpty();
    for (LabelMatcher matcher : selector.matchers()) {
      if (ADDED.contains(matcher.label())) {
        continue;
      }
      List<Map<String, String>> having =
          told.stream()
              .map(Series::labels)
              .filter(labels -> labels.containsKey(matcher.label()))
              .toList();
      assertThat(having).as(selector + " has " + matcher.label()).isNotEmpty();
      matcher
          .value()
          .ifPresent(value ->
              assertThat(having).extracting(it -> it.get(matcher.label())).contains(value));
    }
  }

  private List<JsonNode> ask(String question) {
    URI server = prometheus.address();
    String path = "/api/v1/query?query=" + URLEncoder.encode(question, UTF_8);
    String answer = LocalHttp.get(new InetSocketAddress(server.getHost(), server.getPort()), path);
    return Json.readTree(answer.getBytes(UTF_8)).path("data").path("result").valueStream().toList();
  }
}
