package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.RawProducer;
import dev.opsagent.testing.TestBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is known of one environment decides what may come into the next, over a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PromotionTest {
  private TestStack stack;
  private SampleService service;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    service = stack.service("moved");
    stack.declare(
        """
        version: 1
        environments:
          - {name: local, kind: local, runtime: process}
          - {name: staging, kind: staging, runtime: process}
          - {name: live, kind: production, runtime: process, promotesFrom: staging}
        """);
    stack.gates("version: 1\nrules: []\n");
    stack.startWorker().awaitReady();
    stack.run(service.publish("moved-first"));
    service.commit("fix: serve more", Map.of("server.js", SampleService.server("9.9.9")));
    stack.run(service.publish("moved-second"));
  }

  @AfterAll
  void end() {
    stack.close();
  }

  private TaskDispatch deploy(String taskId, String environment, String version, int port) {
    TaskDispatch task =
        service.task(
            taskId,
            "deploy",
            """
            {"package": {"name": "moved", "version": "%s"}, "port": %d,
             "health": {"http": {"path": "/"}, "interval": "PT0.25S", "deadline": "PT10S"}}
            """
                .formatted(version, port));
    return in(environment, task);
  }

  private static TaskDispatch in(String environment, TaskDispatch task) {
    return new TaskDispatch(
        task.taskId(),
        task.operation(),
        new Target(environment, task.target().service()),
        task.repository(),
        task.parameters(),
        task.requirements(),
        task.requiredEvidence(),
        task.requestedBy(),
        task.dryRun(),
        task.instruction());
  }

  @Test
  void aReleaseComesIntoProductionOnceItWasVerifiedInStaging() throws Exception {
    int live = FreePort.any();
    StatusReport early = stack.run(deploy("early", "live", "1.0.1", live));
    assertThat(early.state()).isEqualTo(TaskState.FAILED);
    assertThat(early.reason().orElseThrow().code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(early.reason().orElseThrow().detail())
        .contains("nothing was ever verified on staging/moved");

    assertThat(stack.run(deploy("staged", "staging", "1.0.1", service.port)).state())
        .isEqualTo(TaskState.SUCCEEDED);
    StatusReport other = stack.run(deploy("other", "live", "1.0.2", live));
    assertThat(other.reason().orElseThrow().detail())
        .contains("what was verified last on staging/moved is 1.0.1");
    StatusReport promoted = stack.run(deploy("promoted", "live", "1.0.1", live));

    assertThat(promoted.state()).as("%s", promoted.reason()).isEqualTo(TaskState.SUCCEEDED);
    try (RawProducer raw = new RawProducer(TestBroker.bootstrap())) {
      byte[] garbage = "{}".getBytes(StandardCharsets.UTF_8);
      raw.send(stack.topics.deployments(), null, "staging/moved", garbage, Map.of());
    }
    StatusReport unread = stack.run(deploy("unread", "live", "1.0.1", live));
    assertThat(unread.state()).isEqualTo(TaskState.FAILED);
    assertThat(unread.reason().orElseThrow().detail())
        .as("what cannot be read proves nothing")
        .contains("cannot be read");

    for (String environment : new String[] {"live", "staging"}) {
      TaskDispatch stop = in(environment, service.task("end-" + environment, "stop", "{}"));
      assertThat(stack.run(stop).state()).isEqualTo(TaskState.SUCCEEDED);
    }
  }
}
