package dev.opsagent.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.redaction.Redactor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointsTest {
  private static final String SECRET = "s3cret-of-the-registry";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Metrics metrics = new Metrics();
  private volatile Readiness readiness = new Readiness(List.of());
  private HttpEndpoints endpoints;

  @BeforeEach
  void start() throws IOException {
    endpoints =
        HttpEndpoints.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            () -> new Readiness(List.of()),
            () -> readiness,
            metrics::scrape,
            Redactor.of(Map.of("token", SECRET)));
  }

  @AfterEach
  void stop() {
    client.close();
    endpoints.close();
  }

  @Test
  void readyWorkerSaysSoAndAnUnreadyOneSaysWhy() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);

    readiness = new Readiness(List.of("partition 3 is being restored"));

    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).contains("\"ready\":false", "partition 3 is being restored");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void noPageShowsASecret() throws Exception {
    readiness = new Readiness(List.of("it answered " + SECRET));
    assertThat(get("/readyz").body()).contains("it answered [secret]");
    metrics.gauge("odd", "told by " + SECRET, () -> 1);
    assertThat(get("/metrics").body()).contains("told by [secret]").doesNotContain(SECRET);
  }

  @Test
  void metricsCountTasksByOperationEndAndReason() throws Exception {
    metrics.taskEnded("push", TaskState.SUCCEEDED, Optional.empty(), Duration.ofSeconds(40));
    metrics.taskEnded(
        "push", TaskState.ROLLED_BACK, Optional.of(ReasonCode.UNHEALTHY), Duration.ofMinutes(2));
    metrics.stepEnded("push", "publish", Outcome.DONE, Duration.ofMillis(1500));
    metrics.gauge("lag.records", "Records that wait", () -> 7);

    assertThat(get("/metrics").body())
        .contains(
            "ops_agent_tasks_total{end=\"succeeded\",operation=\"push\",reason=\"none\"} 1.0",
            "ops_agent_tasks_total{end=\"rolled-back\",operation=\"push\",reason=\"unhealthy\"}",
            "ops_agent_task_seconds_bucket{end=\"succeeded\",operation=\"push\",le=\"10.0\"} 0",
            "ops_agent_task_seconds_bucket{end=\"succeeded\",operation=\"push\",le=\"60.0\"} 1",
            "ops_agent_step_seconds_sum{operation=\"push\",outcome=\"done\",step=\"publish\"} 1.5",
            "ops_agent_lag_records 7.0");
  }

  @Test
  void whatSomebodyElseCountsIsStillReadAfterACollection() {
    AtomicLong counted = new AtomicLong();
    metrics.counter("counted", "Counted by somebody else", () -> counted.get());
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    Awaitility.await()
        .until(() -> {
          System.gc();
          return garbage.refersTo(null);
        });
    counted.set(3);

    assertThat(metrics.scrape()).contains("ops_agent_counted_total 3.0");
  }

  @Test
  void theMachineIsToldWithTheWorker() throws Exception {
    assertThat(get("/metrics").body())
        .contains(
            "jvm_memory_used_bytes{area=\"heap\"",
            "jvm_threads_live_threads ",
            "process_cpu_usage ",
            "process_uptime_seconds ");
  }

  @Test
  void otherPagesAndMethodsAreRefused() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/readyz/more").statusCode()).isEqualTo(404);
    assertThat(send("/readyz", "POST").statusCode()).isEqualTo(405);
    assertThat(send("/livez", "HEAD").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(path, "GET");
  }

  private HttpResponse<String> send(String path, String method) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + endpoints.address().getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
