package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.BusyboxImage;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import dev.opsagent.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers that know secrets of the worker, and print them before they end or while they fail.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ContainerCanaryTest {
  private static final TestingPrograms PROGRAMS = TestingPrograms.ofTheMachine();
  private static final String REPOSITORY =
      "ops-agent-test/telling-" + ProcessHandle.current().pid();

  /** By the image that prints it. */
  private static final Map<String, String> SECRETS =
      Map.of(
          "crash", "in-a-container-<&>-\"Käse\"-0815-4711",
          "ill", "first of the lines of it\nand+the/second=of them all\nthe last line of it");

  private final Canaries canaries = new Canaries(SECRETS);
  private TestStack stack;
  private WorkerProcess worker;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    folder = scratch;
    Peers.require("Docker", () -> ran("info"), "run .ci/install-packages, .ci/start-docker");
    BusyboxImage.make(PROGRAMS, scratch, Map.of());
    image("crash", "cat /canaries; exit 3");
    image("ill", "cat /canaries >&2; sleep 600");
    stack = TestStack.create(scratch);
    Files.writeString(scratch.resolve("lines"), secret("ill"));
    stack.declareSecrets(
        "crash: {env: CANARY}\nill: {file: %s}\n".formatted(scratch.resolve("lines")));
    worker = stack.startWorker(Map.of("CANARY", secret("crash"))).awaitReady();
  }

  private void image(String kind, String script) throws IOException {
    Path context = Files.createDirectories(folder.resolve("image-" + kind));
    Files.writeString(
        context.resolve("canaries"), new Canaries(Map.of(kind, secret(kind))).written());
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM %s
        COPY canaries /canaries
        STOPSIGNAL SIGKILL
        ENV PATH=/bin
        CMD ["/bin/busybox", "sh", "-c", "alias cat='busybox cat' sleep='busybox sleep'; %s"]
        """
            .formatted(BusyboxImage.NAME, script));
    BusyboxImage.build(PROGRAMS, folder, REPOSITORY + ":" + kind, context);
  }

  private static String secret(String kind) {
    return SECRETS.getOrDefault(kind, "");
  }

  private boolean ran(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return PROGRAMS.run(new Command(command, folder, Map.of(), Duration.ofSeconds(60)))
            instanceof Answer.Ok<Finished>(var finished)
        && finished.exitCode() == 0;
  }

  @AfterAll
  void end() {
    if (stack != null) {
      stack.close();
    }
    List.of("crash", "ill").forEach(kind -> ran("image", "rm", "--force", REPOSITORY + ":" + kind));
    BusyboxImage.remove(PROGRAMS, folder, Map.of());
  }

  @Test
  void fault_32_whatAContainerPrintsBeforeItEndsOrFailsComesUpNowhere() throws Exception {
    for (String kind : List.of("crash", "ill")) {
      StatusReport end = stack.run(telling(kind));
      assertThat(end.state()).as("%s", end).isIn(TaskState.FAILED, TaskState.ROLLED_BACK);
      assertThat(end.reason().orElseThrow().detail())
          .as("the report of %s quotes the log", kind)
          .contains("[secret]");
      assertThat(stack.audit(end.taskId()))
          .filteredOn(it -> it.kind().equals("secret-hidden"))
          .extracting(AuditRecord::summary)
          .singleElement()
          .satisfies(it -> assertThat(it).startsWith(kind + " was hidden "));
    }
    new CanarySearch(stack, worker, canaries).findsNone();
  }

  private TaskDispatch telling(String kind) {
    SampleService service = stack.service("telling-" + kind);
    return service.task(
        "telling-" + kind,
        "deploy",
        """
        {"image": "%s:%s", "port": %d,
         "health": {"http": {"path": "/"}, "attempts": 4, "interval": "PT0.5S",
                    "deadline": "PT6S"}}
        """
            .formatted(REPOSITORY, kind, service.port));
  }
}
