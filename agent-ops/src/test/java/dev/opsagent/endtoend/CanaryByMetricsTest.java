package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.PrometheusServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus says how a release does with a share of the callers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CanaryByMetricsTest {
  private static final String NEXT = "1.0.2";
  private static final int ASKED = 20;

  private TestStack stack;
  private SampleService service;
  private PrometheusServer prometheus;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    service = stack.service("shared");
    prometheus = PrometheusServer.start(folder.resolve("prometheus"), this::page);
    stack.declare(
        """
        version: 1
        environments:
          - name: local
            kind: local
            runtime: process
            strategies: [canary]
            prometheus: %s
        """
            .formatted(prometheus.address()));
    stack.startWorker().awaitReady();
    stack.run(service.publish("shared-first"));
    service.commit("fix: serve more", Map.of("server.js", SampleService.server("9.9.9")));
    stack.run(service.publish("shared-second"));
    assertThat(stack.registry.versions("shared")).containsExactly("1.0.1", NEXT);
  }

  @AfterAll
  void end() {
    stack.run(service.task("shared-stop", "stop", "{}"));
    prometheus.close();
    stack.close();
  }

  /** Of so many requests, how many the next release answers. */
  private long reached() {
    return IntStream.range(0, ASKED)
        .mapToObj(_ -> service.answer())
        .filter(("200 sample " + NEXT)::equals)
        .count();
  }

  /** The more callers reach the next release, the slower it is. */
  private String page() {
    double share = (double) reached() / ASKED;
    return "seconds{version=\"%s\"} %s\n".formatted(NEXT, share);
  }

  private TaskDispatch canary(String taskId, String version, String query) {
    return service.task(
        taskId,
        "deploy",
        """
        {"package": {"name": "shared", "version": "%s"}, "port": %d,
         "canary": [{"percent": 10, "for": "PT2S"}, {"percent": 50, "for": "PT2S"}],
         "health": {"http": {"path": "/", "bodyContains": "sample %s"},
                    "attempts": 20, "interval": "PT0.25S", "deadline": "PT10S",
                    "metrics": [{"name": "seconds", "query": "%s", "max": 0.3, "samples": 2,
                                 "window": "PT2S"}]}}
        """
            .formatted(version, service.port, version, query));
  }

  @Test
  void aSeriesThatTurnsBadWithMoreCallersTakesThemAllBackAndOneThatSaysNothingWaits() {
    StatusReport first = stack.run(canary("shared-1", "1.0.1", "vector(0)"));
    assertThat(first.state()).as("%s", first.reason()).isEqualTo(TaskState.SUCCEEDED);

    StatusReport slow = stack.run(canary("shared-2", NEXT, "seconds{version=\\\"{version}\\\"}"));

    assertThat(slow.state()).as("%s", slow.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(slow.reason().orElseThrow().code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(slow.reason().orElseThrow().detail()).contains("seconds");
    assertThat(stack.audit("shared-2"))
        .extracting(it -> it.kind() + " " + it.step().orElse(""))
        .containsSubsequence(
            "step-done introduce",
            "step-done share-10",
            "step-done watch-10",
            "step-done share-50",
            "step-failed watch-50",
            "step-undone share-50",
            "step-undone share-10",
            "step-undone introduce");
    assertThat(reached()).isZero();
    stack.lift(service.target(), stack.deployment(service.target()).quarantined().getFirst());

    StatusReport silent = stack.run(canary("shared-3", NEXT, "no_such_series"));

    assertThat(silent.state()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(silent.reason().orElseThrow().code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(reached()).as("the share stands while a person decides").isBetween(1L, 5L);
    stack
        .client
        .control(
            new TaskResolve("shared-3", service.target(), "ann", Decision.UNDONE, "no figures"))
        .toCompletableFuture()
        .join();
    assertThat(stack.client.await("shared-3", Duration.ofMinutes(2)).state())
        .isEqualTo(TaskState.ROLLED_BACK);
    assertThat(reached()).isZero();
    assertThat(stack.deployment(service.target()).running().map(Release::version))
        .contains("1.0.1");
  }
}
