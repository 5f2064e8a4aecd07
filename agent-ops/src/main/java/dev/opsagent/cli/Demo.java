package dev.opsagent.cli;

import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.Style;
import dev.opsagent.console.Timeline;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The demo's course: set the stage, hand the task over as a PM would, show what came of it. */
final class Demo {
  private static final String TARGET = "local/shop";
  private static final String KEEP =
      "  ./ops-agent demo --keep      leaves it running, to look at it with watch and replay";
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Surroundings around;
  private final Format format;
  private final boolean keep;
  private final LocalStage stage;

  /**
   * @param keep whether everything goes on running afterwards
   */
  Demo(Surroundings around, Format format, boolean keep, LocalStage stage) {
    this.around = around;
    this.format = format;
    this.keep = keep;
    this.stage = stage;
  }

  /** What the demo prints at its end. */
  record Summary(
      String taskId,
      String state,
      Optional<PublicationStatus> publication,
      Optional<DeploymentStatus> deployment,
      Map<String, String> refs,
      String bootstrap,
      String folder) {}

  ExitCode run() throws IOException, InterruptedException {
    SampleRepository repository = stage.repository();
    Optional<LocalVerdaccio> registry = stage.registry();
    String bootstrap = stage.broker();
    Configuration configuration = stage.configuration(bootstrap, registry);
    RunningWorker worker = stage.worker(configuration);
    if (!worker.awaitReady(READY)) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.TIMEOUT, "start the worker", "it is not ready after 60 s", "see above"));
    }
    try (Bus bus = ClientBus.open(configuration)) {
      return release(bus, repository, registry.isPresent(), bootstrap);
    }
  }

  private ExitCode release(Bus bus, SampleRepository repository, boolean publish, String bootstrap)
      throws IOException {
    // What is deployed is the package, and npm packs it.
    boolean deploy =
        publish && new InstalledPrograms(around.environment()).find("node").isPresent();
    if (!deploy) {
      stage.say("nothing is deployed: that needs node and npm");
    }
    TaskDispatch task = task(repository, publish, deploy);
    stage.stopLater(TARGET, RuntimeKind.PROCESS);
    stage.say("dispatching task " + task.taskId() + " as a PM agent would");
    Optional<StatusReport> last;
    try (Bus.Reports reports = bus.reports(Optional.of(task.taskId()), Bus.From.NOW)) {
      bus.send(task);
      last =
          new TaskFollowing(around.clock(), Progress.of(around, format), false)
              .follow(reports, task.taskId(), PATIENCE);
    }
    StatusReport end = last.orElseThrow(Demo::silent);
    timeline(bus);
    Summary summary =
        new Summary(
            end.taskId(),
            end.state().name(),
            find(end, PublicationStatus.class),
            find(end, DeploymentStatus.class),
            repository.refs(),
            bootstrap,
            stage.folder().toString());
    new Printer(around, format).result(summary, () -> lines(summary));
    return ExitCode.of(end.state());
  }

  private static CommandFailed silent() {
    return new CommandFailed(
        ExitCode.TIMED_OUT,
        Failure.of(ReasonCode.TIMEOUT, "see the task end", "the worker says nothing", ""));
  }

  private TaskDispatch task(SampleRepository repository, boolean publish, boolean deploy)
      throws IOException {
    ObjectNode task = Json.mapper().createObjectNode();
    task.put("taskId", "demo-" + Long.toString(around.clock().millis(), Character.MAX_RADIX));
    task.put("operation", "push");
    task.putObject("target").put("environment", "local").put("service", "shop");
    task.putObject("repository").put("url", repository.remote().toUri().toString());
    ObjectNode parameters = task.putObject("parameters").put("bump", "patch");
    if (publish) {
      parameters.putObject("publish");
    }
    if (deploy) {
      parameters.putObject("deploy").put("kind", "process").put("port", LocalPorts.free());
      parameters.putObject("health").putObject("http").put("path", "/health");
    }
    task.putObject("requirements");
    task.putArray("requiredEvidence");
    task.put("requestedBy", "demo-pm");
    task.put("dryRun", false);
    return (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, task);
  }

  private static <T extends Deliverable> Optional<T> find(StatusReport report, Class<T> kind) {
    return report.deliverables().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .reduce((_, later) -> later);
  }

  private void timeline(Bus bus) {
    if (format.forPrograms()) {
      return;
    }
    Timeline timeline = new Timeline(Style.of(around.environment(), around.terminal()));
    around.out().println();
    around.out().println("What happened, from the audit (ops-agent replay):");
    bus.audit(entry ->
        entry.decoded().get().stream()
            .flatMap(record -> timeline.of(record, entry.place().toString()).stream())
            .forEach(it -> around.out().println("  " + it)));
  }

  private static List<String> around(String bootstrap) {
    return List.of(
        "  ops-agent replay --bootstrap " + bootstrap,
        "  ops-agent watch --bootstrap " + bootstrap);
  }

  private List<String> lines(Summary summary) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("task " + summary.taskId() + " ended " + summary.state());
    summary
        .publication()
        .ifPresent(it -> {
          lines.add("  published  %s@%s".formatted(it.packageName(), it.version()));
          lines.add("  integrity  " + it.integrity());
          lines.add("  commit     " + it.commit());
          lines.add("  tag        " + it.tag());
        });
    summary.refs().entrySet().stream()
        .filter(it -> !it.getKey().equals("HEAD"))
        .forEach(it -> lines.add("  remote     " + it.getKey() + " " + it.getValue()));
    summary
        .deployment()
        .ifPresent(it ->
            lines.add(
                "  running    %s at %s%s"
                    .formatted(
                        it.version(),
                        it.address().orElse("no address"),
                        it.verified() ? ", healthy" : "")));
    lines.add("");
    lines.add("Try next:");
    lines.addAll(keep ? around(summary.bootstrap()) : List.of(KEEP));
    lines.add("  ./ops-agent up               a broker and a worker for tasks of your own");
    lines.add("  ./ops-agent help             everything else");
    return lines;
  }
}
