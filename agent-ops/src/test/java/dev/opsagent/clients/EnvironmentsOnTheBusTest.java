package dev.opsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose environments change while it runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnvironmentsOnTheBusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String STAGING =
      "version: 1\nenvironments:\n  - {name: staging, kind: staging, runtime: process}\n";
  private static final String BOTH = STAGING + "  - {name: local, kind: local, runtime: process}\n";

  @TempDir static Path folder;
  private LocalWorker worker;
  private PackageRemote remote;

  @BeforeAll
  void start() throws Exception {
    declare(STAGING);
    worker =
        LocalWorker.start(
            folder.resolve("data"), Map.of("OPS_AGENT_ENVIRONMENTS_FILE", file().toString()));
    remote = PackageRemote.create(folder, "declared");
  }

  @AfterAll
  void end() {
    worker.close();
  }

  @Test
  void environmentsAreThoseOfTheFileAsItIsNowAndOfTheLastSoundOneWhenItIsNot() throws Exception {
    StatusReport unknown = planned("before");
    assertThat(unknown.state()).isEqualTo(TaskState.REJECTED);
    assertThat(unknown.reason().orElseThrow().code()).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
    assertThat(unknown.reason().orElseThrow().detail()).endsWith("[staging]");

    declare(BOTH);
    assertThat(planned("declared").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(worker.readiness()).doesNotContain("the environments before the last change");

    declare(BOTH.replace("runtime: process", "recovery: 16m, runtime: process"));
    assertThat(worker.readiness())
        .contains("the environments before the last change hold")
        .contains("environments.yaml:3:36");
    assertThat(planned("unsound").state()).isEqualTo(TaskState.SUCCEEDED);

    declare(STAGING);
    assertThat(worker.readiness()).doesNotContain("the environments before the last change");
    assertThat(planned("after").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
  }

  private StatusReport planned(String taskId) {
    Target target = new Target("local", "declared");
    worker.client.dispatch(remote.plan(taskId, target)).toCompletableFuture().join();
    return worker.client.await(taskId, PATIENCE);
  }

  private static Path file() {
    return folder.resolve("environments.yaml");
  }

  /** As an operator should: a new file takes the place of the old one. */
  private static void declare(String yaml) throws IOException {
    Path next = Files.writeString(folder.resolve("next.yaml"), yaml);
    Files.move(next, file(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
