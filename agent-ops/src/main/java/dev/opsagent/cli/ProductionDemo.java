package dev.opsagent.cli;

import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.GateView;
import dev.opsagent.console.Style;
import dev.opsagent.console.TaskProgress;
import dev.opsagent.console.Timeline;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.Consent;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.ReleaseTag;
import dev.opsagent.protocol.SecurityClearance;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * A deployment to production from the task to the running service: agents with keys of their own
 * send evidence, a second person consents to the plan, and the audit shows every reason.
 */
final class ProductionDemo {
  private static final String TARGET = "production/shop";
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration COUNTS = Duration.ofHours(1);

  private final Surroundings around;
  private final Format format;
  private final LocalStage stage;

  ProductionDemo(Surroundings around, Format format, LocalStage stage) {
    this.around = around;
    this.format = format;
    this.stage = stage;
  }

  /** What the demo prints at its end. */
  record Summary(
      String taskId,
      String state,
      Optional<GateReport> gates,
      List<Consent> approvals,
      Optional<DeploymentStatus> deployment,
      String bootstrap,
      String folder) {}

  ExitCode run() throws IOException, InterruptedException {
    SampleRepository repository = stage.repository();
    LocalVerdaccio registry =
        switch (stage.localRegistry()) {
          case Answer.Ok<LocalVerdaccio>(LocalVerdaccio it) -> it;
          case Answer.No<LocalVerdaccio>(Failure failure) ->
              throw new CommandFailed(ExitCode.FAILED, failure);
        };
    String bootstrap = stage.broker();
    DemoCast cast = DemoCast.create(stage.folder().resolve("agents"));
    Configuration configuration =
        stage.configuration(
            bootstrap,
            Optional.of(registry),
            new Configuration.Served.Declared(environments()),
            cast.signing());
    if (!stage.worker(configuration).awaitReady(READY)) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.TIMEOUT, "start the worker", "it is not ready after 60 s", "see above"));
    }
    stage.stopLater(TARGET, RuntimeKind.PROCESS);
    try (Bus bus = ClientBus.open(configuration);
        DemoCast.Agents agents = cast.on(configuration)) {
      return deploy(bus, agents, repository, bootstrap);
    }
  }

  private Path environments() throws IOException {
    Path file = stage.folder().resolve("environments.yaml");
    Files.writeString(
        file,
        """
        version: 1
        environments:
          - {name: local, kind: local, runtime: process}
          - {name: production, kind: production, runtime: process, protected: true}
        """);
    return file;
  }

  private ExitCode deploy(
      Bus bus, DemoCast.Agents agents, SampleRepository repository, String bootstrap) {
    String url = repository.remote().toUri().toString();
    stage.say("releasing the sample, as its team would");
    StatusReport released = follow(bus, release(url), _ -> {});
    Optional<PublicationStatus> published = find(released, PublicationStatus.class);
    if (published.isEmpty()) {
      return ExitCode.of(released.state());
    }
    Evidence.Subject subject =
        new Evidence.Subject(
            url,
            published.get().commit(),
            Optional.empty(),
            Optional.of(published.get().version()),
            Optional.empty());
    stage.say("dispatching its deployment to production as a PM agent would");
    TaskDispatch task = deployment(url, published.get());
    Set<TaskState> answered = EnumSet.noneOf(TaskState.class);
    StatusReport end =
        follow(
            bus,
            task,
            report -> {
              if (answered.add(report.state())) {
                answer(report, subject, agents);
              }
            });
    show(bus, end, bootstrap);
    return ExitCode.of(end.state());
  }

  private void answer(StatusReport report, Evidence.Subject subject, DemoCast.Agents agents) {
    if (report.state() == TaskState.AWAITING_EVIDENCE) {
      stage.say("QA, Security and Version Control send their evidence, each signed");
      give(subject, agents);
    }
    if (report.state() == TaskState.AWAITING_APPROVAL) {
      String plan = report.gates().orElseThrow().plan();
      stage.say("ann, who has not asked for it, approves plan " + plan);
      agents.send("ann", new TaskApprove(report.taskId(), report.target(), "ann", plan));
    }
  }

  private void give(Evidence.Subject subject, DemoCast.Agents agents) {
    Instant now = around.clock().instant();
    Instant until = now.plus(COUNTS);
    Optional<String> none = Optional.empty();
    Result passed = Result.PASSED;
    Evidence.Subject commit =
        new Evidence.Subject(subject.repository(), subject.commit(), none, none, none);
    String tag = "v" + subject.packageVersion().orElseThrow();
    agents.send("qa", new QaResult(subject, "qa", 1, passed, now, until, none));
    agents.send(
        "security", new SecurityClearance(subject, "security", 1, passed, now, until, none));
    agents.send(
        "version-control",
        new ReleaseTag(commit, "version-control", 1, passed, now, until, none, tag));
  }

  private StatusReport follow(Bus bus, TaskDispatch task, Consumer<StatusReport> hearer) {
    Instant until = around.clock().instant().plus(PATIENCE);
    TaskProgress progress = Progress.of(around, format);
    try (Bus.Reports reports = bus.reports(Optional.of(task.taskId()), Bus.From.NOW)) {
      bus.send(task);
      while (around.clock().instant().isBefore(until)) {
        for (StatusReport report : reports.poll(Duration.ofMillis(200))) {
          progress.report(report);
          if (report.state().isEnd()) {
            return report;
          }
          hearer.accept(report);
        }
        progress.tick();
      }
    }
    throw new CommandFailed(
        ExitCode.TIMED_OUT,
        Failure.of(ReasonCode.TIMEOUT, "see the task end", "it did not end in time", ""));
  }

  private TaskDispatch release(String url) {
    ObjectNode task = task("release", "push", "local", url);
    task.putObject("parameters").put("bump", "patch").putObject("publish");
    return (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, task);
  }

  private TaskDispatch deployment(String url, PublicationStatus published) {
    ObjectNode task = task("deploy", "deploy", "production", url);
    ObjectNode parameters = task.putObject("parameters").put("port", LocalPorts.free());
    parameters
        .putObject("package")
        .put("name", published.packageName())
        .put("version", published.version());
    parameters.putObject("health").putObject("http").put("path", "/health");
    return (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, task);
  }

  private ObjectNode task(String what, String operation, String environment, String url) {
    ObjectNode task = Json.mapper().createObjectNode();
    String id = Long.toString(around.clock().millis(), Character.MAX_RADIX);
    task.put("taskId", "demo-%s-%s".formatted(what, id));
    task.put("operation", operation);
    task.putObject("target").put("environment", environment).put("service", "shop");
    task.putObject("repository").put("url", url);
    task.put("requestedBy", "pm");
    return task;
  }

  private static <T> Optional<T> find(StatusReport report, Class<T> kind) {
    return report.deliverables().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .reduce((_, later) -> later);
  }

  private void show(Bus bus, StatusReport end, String bootstrap) {
    Summary summary =
        new Summary(
            end.taskId(),
            end.state().name(),
            end.gates(),
            end.gates()
                .flatMap(GateReport::approval)
                .map(GateReport.ApprovalCheck::given)
                .orElse(List.of()),
            find(end, DeploymentStatus.class),
            bootstrap,
            stage.folder().toString());
    List<String> lines = new ArrayList<>();
    Style style = Style.of(around.environment(), around.terminal());
    if (!format.forPrograms()) {
      lines.add("");
      lines.add("Why it might run (ops-agent why):");
      new GateView(style).of(end).forEach(it -> lines.add("  " + it));
      lines.add("");
      lines.add("What happened, from the audit (ops-agent replay):");
      bus.audit(entry ->
          entry.decoded().get().stream()
              .filter(it -> it.taskId().filter(end.taskId()::equals).isPresent())
              .flatMap(it -> new Timeline(style).of(it, entry.place().toString()).stream())
              .forEach(it -> lines.add("  " + it)));
    }
    new Printer(around, format).last(summary, () -> lines);
  }
}
