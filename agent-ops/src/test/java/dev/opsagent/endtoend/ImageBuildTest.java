package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.protocol.Deliverable.ImageStatus;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.MarkedImages;
import dev.opsagent.testing.RegistryServer;
import dev.opsagent.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Images are built, pushed and deployed by a real worker, on a real engine and registry. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImageBuildTest {
  private static final String SERVES =
      "CMD [\"/bin/busybox\", \"httpd\", \"-f\", \"-p\", \"8080\", \"-h\", \"/www\"]";

  private final List<MarkedImages> marked = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private RegistryServer registry;
  private TestStack stack;
  private WorkerProcess worker;
  private Path folder;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    folder = scratch;
    MarkedImages.require(scratch);
    open.add(() -> MarkedImages.forget(scratch));
    registry = RegistryServer.start(scratch);
    open.add(registry);
    stack = TestStack.create(scratch);
    open.add(stack);
    worker = stack.startWorker().awaitReady();
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable part : open.reversed()) {
      if (part instanceof RegistryServer) {
        marked.forEach(MarkedImages::remove);
      }
      part.close();
    }
  }

  private SampleService service(String name) {
    return stack.service(name + "-" + ProcessHandle.current().pid());
  }

  /** Commits a Dockerfile that bears the service's name. */
  private MarkedImages dockerfile(SampleService service, String... lines) {
    MarkedImages images = new MarkedImages(folder, service.name);
    marked.add(images);
    service.commit(
        "feat: an image",
        Map.of("Dockerfile", images.dockerfile(lines), "index.html", "sample " + service.name));
    return images;
  }

  private String image(SampleService service) {
    return registry.host() + "/" + service.name;
  }

  private TaskDispatch build(SampleService service, String taskId, String tag) {
    TaskDispatch task =
        service.task(
            taskId,
            "image.build",
            "{\"image\": \"%s\", \"tag\": \"%s\", \"push\": true}".formatted(image(service), tag));
    return new TaskDispatch(
        task.taskId(),
        task.operation(),
        task.target(),
        Optional.of(
            new RepositoryRef(service.remote.toString(), Optional.of("main"), Optional.empty())),
        task.parameters(),
        task.requirements(),
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  private static ImageStatus status(StatusReport end) {
    return end.deliverables().stream()
        .filter(ImageStatus.class::isInstance)
        .map(ImageStatus.class::cast)
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  @Test
  void aCommitIsBuiltPushedAndDeployedByTheReferenceThatTheReportGives() {
    SampleService service = service("built");
    dockerfile(service, "COPY index.html /www/", "STOPSIGNAL SIGKILL", "EXPOSE 8080", SERVES);

    StatusReport built = stack.run(build(service, "built-1", "1.0.0"));

    assertThat(built.state()).as("%s", built.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(built.changes()).hasSize(2);
    String reference = status(built).reference();
    assertThat(reference).startsWith(image(service) + "@sha256:");
    StatusReport deployed =
        stack.run(
            service.task(
                "built-2",
                "deploy",
                """
                {"image": "%s", "port": %d, "health": {"http": {"path": "/",
                 "bodyContains": "sample %s"}, "deadline": "PT20S"}}
                """
                    .formatted(reference, service.port, service.name)));
    assertThat(deployed.state()).as("%s", deployed.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(service.answer()).isEqualTo("200 sample " + service.name);
    StatusReport again = stack.run(build(service, "built-3", "1.0.0"));
    assertThat(again.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(status(again)).isEqualTo(status(built));
    assertThat(outcomes("built-3"))
        .contains("build ALREADY_DONE", "push ALREADY_DONE")
        .doesNotContain("build DONE", "push DONE");
  }

  private List<String> outcomes(String taskId) {
    return stack.reports(taskId).stream()
        .flatMap(report -> report.step().stream())
        .map(ImageBuildTest::outcome)
        .toList();
  }

  private static String outcome(StepReport step) {
    return step.name() + " " + step.outcome();
  }

  private static String waits(int seconds) {
    return "RUN [\"/bin/busybox\", \"sleep\", \"%d\"]".formatted(seconds);
  }

  /** Waits until the worker has told that the build is at the step that takes its time. */
  private void awaitAmid(TaskDispatch build) {
    Pattern line = Pattern.compile(build.taskId() + " build: .*/bin/busybox.*sleep");
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> line.matcher(worker.log()).find());
  }

  @Test
  void fault_02_a_build_whose_worker_is_killed_amid_it_is_one_image_with_nothing_dangling() {
    SampleService service = service("killed");
    MarkedImages images = dockerfile(service, "COPY index.html /www/", waits(5));
    TaskDispatch task = build(service, "killed-1", "1.0.0");
    stack.dispatch(task);
    awaitAmid(task);

    worker.kill();
    worker = stack.startWorker().awaitReady();

    StatusReport end = stack.await("killed-1");
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(images.id(status(end).reference())).isEqualTo(images.id(status(end).image()));
    assertThat(images.containers()).isEmpty();
    assertThat(images.dangling()).isEmpty();
  }

  @Test
  void aBuildThatIsCancelledAmidItLeavesNothing() {
    SampleService service = service("cancelled");
    MarkedImages images = dockerfile(service, "COPY index.html /www/", waits(600));
    TaskDispatch task = build(service, "cancelled-1", "1.0.0");
    stack.dispatch(task);
    awaitAmid(task);

    cancel(task);

    StatusReport end = stack.await("cancelled-1");
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.CANCELLED);
    assertThat(images.all()).isEmpty();
  }

  @Test
  void aBuildThatIsCancelledAfterItsWorkerWasKilledLeavesNothing() {
    SampleService service = service("lost");
    MarkedImages images = dockerfile(service, "COPY index.html /www/", waits(600));
    TaskDispatch task = build(service, "lost-1", "1.0.0");
    stack.dispatch(task);
    awaitAmid(task);

    worker.kill();
    cancel(task);
    worker = stack.startWorker().awaitReady();

    StatusReport end = stack.await("lost-1");
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.CANCELLED);
    assertThat(images.all()).isEmpty();
  }

  private void cancel(TaskDispatch task) {
    stack
        .client
        .control(new TaskCancel(task.taskId(), task.target(), "pm", "not now"))
        .toCompletableFuture()
        .join();
  }
}
