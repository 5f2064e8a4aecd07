package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that has no wall to put around programs. */
final class UnwalledWorkerTest {
  private TestStack stack;

  @BeforeEach
  void start(@TempDir Path folder) {
    stack = TestStack.create(folder);
    stack.configure(
        """
        sandbox:
          level: none
          require: local=landlock
        """);
    stack.startWorker().awaitReady();
  }

  @AfterEach
  void end() {
    stack.close();
  }

  @Test
  void aPushIsRefusedBeforeAnyEffect() {
    SampleService service = stack.service("unwalled");
    String refs = service.refs();

    StatusReport end = stack.run(service.push("unwalled-1"));

    assertThat(end.state()).isEqualTo(TaskState.REJECTED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.SANDBOX_UNAVAILABLE);
    assertThat(end.wall()).hasValueSatisfying(wall -> assertThat(wall.level()).isEqualTo("none"));
    assertThat(end.changes()).isEmpty();
    assertThat(service.refs()).isEqualTo(refs);
    assertThat(stack.registry.versions("unwalled")).isEmpty();
    assertThat(service.processes()).isEmpty();
    assertThat(stack.audit("unwalled-1"))
        .allSatisfy(record -> assertThat(record.effects()).isEmpty());
  }
}
