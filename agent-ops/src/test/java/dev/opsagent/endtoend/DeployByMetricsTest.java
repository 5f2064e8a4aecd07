package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.DeploymentRecord.Release;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.PrometheusServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A real worker deploys, and a real Prometheus says how the release does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployByMetricsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String WORSE = "1.0.2";

  private TestStack stack;
  private SampleService service;
  private PrometheusServer prometheus;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    service = stack.service("measured");
    prometheus = PrometheusServer.start(folder.resolve("prometheus"), this::page);
    stack.declare(environments());
    stack.startWorker().awaitReady();
    stack.run(service.publish("measured-first"));
    service.commit("fix: make it worse", Map.of("server.js", SampleService.server("9.9.9")));
    stack.run(service.publish("measured-second"));
    assertThat(stack.registry.versions("measured")).containsExactly("1.0.1", WORSE);
  }

  /** What every deployment must stand, unless its task says otherwise. */
  private String environments() {
    return """
    version: 1
    environments:
      - name: local
        kind: local
        runtime: process
        prometheus: %s
        verification:
          metrics:
            - name: error-rate
              query: error_rate{service="{service}",version="{version}"}
              baseline: {increaseAtMost: 0.2}
              samples: 3
              window: 2s
    """
        .formatted(prometheus.address());
  }

  @AfterAll
  void end() {
    prometheus.close();
    stack.close();
  }

  /** What the service's own page would say, by the version that answers. */
  private String page() {
    String answer = service.answer();
    if (!answer.startsWith("200 sample ")) {
      return "";
    }
    String version = answer.substring("200 sample ".length());
    return "error_rate{service=\"measured\",version=\"%s\"} %s\n"
        .formatted(version, version.equals(WORSE) ? "0.05" : "0.01");
  }

  @Test
  void whatMetricsDoNotProveAPersonDecidesAndWhatTheyDisproveIsTakenBack() {
    accepted();
    rejected();
    worse();
    forgiven();
  }

  private void accepted() {
    StatusReport waiting = stack.run(service.deploy("first", "1.0.1"));
    assertThat(waiting.state()).as("%s", waiting.reason()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(code(waiting)).contains(ReasonCode.INCONCLUSIVE);
    assertThat(waiting.reason().orElseThrow().detail()).contains("nothing ran before the change");
    assertThat(record().lastVerified()).isEmpty();
    assertThat(stack.escalations("first"))
        .singleElement()
        .satisfies(it ->
            assertThat(it.evidence().getFirst())
                .contains("error_rate{service=\"measured\",version=\"1.0.1\"}"));

    assertThat(decided("first", Decision.DONE).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(record().lastVerified().map(Release::version)).contains("1.0.1");
    assertThat(stack.audit("first"))
        .filteredOn(it -> it.kind().equals("resolved"))
        .extracting(AuditRecord::actor)
        .containsExactly("ann");
  }

  private void rejected() {
    StatusReport waiting = stack.run(asking("second", "no_such_series"));
    assertThat(code(waiting)).contains(ReasonCode.INCONCLUSIVE);
    assertThat(waiting.reason().orElseThrow().detail()).contains("no series matches");
    assertThat(service.answer()).isEqualTo("200 sample 1.0.2");

    assertThat(decided("second", Decision.UNDONE).state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(record().running().map(Release::version)).contains("1.0.1");
    assertThat(record().quarantined()).hasSize(1);
    lift();
  }

  private void worse() {
    prometheus.await("error_rate{version=\"1.0.1\"}");
    StatusReport end = stack.run(service.deploy("third", WORSE));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(code(end)).contains(ReasonCode.DEGRADED);
    assertThat(end.reason().orElseThrow().detail()).contains("was 0.05, above 0.012");
    assertThat(service.answer()).isEqualTo("200 sample 1.0.1");
    assertThat(record().quarantined()).hasSize(1);
    assertThat(stack.escalations("third"))
        .singleElement()
        .extracting(Escalation::trigger)
        .isEqualTo(Escalation.Trigger.PERFORMANCE_DEGRADATION);
    lift();
  }

  private void forgiven() {
    StatusReport end = stack.run(asking("fourth", "error_rate{version=\\\"{version}\\\"}"));

    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(record().lastVerified().map(Release::version)).contains(WORSE);
    assertThat(stack.audit("fourth"))
        .extracting(AuditRecord::summary)
        .anySatisfy(it -> assertThat(it).contains("the metric own was 0.05 to 0.05"));
  }

  /** A deployment of the worse release that has a check of its own, which allows it. */
  private TaskDispatch asking(String taskId, String query) {
    TaskDispatch plain = service.deploy(taskId, WORSE);
    ObjectNode parameters = plain.parameters().deepCopy();
    String metrics =
        """
        [{"name": "own", "query": "%s", "max": 0.1, "samples": 2, "window": "PT1S"}]\
        """
            .formatted(query);
    ((ObjectNode) parameters.get("health"))
        .set("metrics", Json.readTree(metrics.getBytes(StandardCharsets.UTF_8)));
    return service.task(taskId, "deploy", parameters.toString());
  }

  private StatusReport decided(String taskId, Decision decision) {
    stack
        .client
        .control(new TaskResolve(taskId, service.target(), "ann", decision, "looked at the logs"))
        .toCompletableFuture()
        .join();
    return stack.client.await(taskId, PATIENCE);
  }

  private void lift() {
    List<String> digests = record().quarantined();
    stack.lift(service.target(), digests.getFirst());
  }

  private DeploymentRecord record() {
    return stack.deployment(service.target());
  }

  private static Optional<ReasonCode> code(StatusReport report) {
    return report.reason().map(StatusReport.Reason::code);
  }
}
