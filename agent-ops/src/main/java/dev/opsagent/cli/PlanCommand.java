package dev.opsagent.cli;

import dev.opsagent.console.AppendedLines;
import dev.opsagent.console.Escape;
import dev.opsagent.console.Style;
import dev.opsagent.console.TaskProgress;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "plan",
    description = "Shows what a task would do: a dry run, without any effect.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The digest is that of the real run, as long as nothing changes in between.",
      "",
      "Examples:",
      "  ops-agent plan push.yaml",
      "  ops-agent plan push.yaml --json | jq -r .plan.digest"
    })
final class PlanCommand implements Callable<Integer> {
  private static final int LONGEST_ID = 128;

  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(paramLabel = "FILE", description = "The task as JSON or YAML; - reads stdin.")
  private String file;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5m",
      description = "The longest to wait (default: 5m); then exit 124.")
  private Duration timeout;

  PlanCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** The plan and the dry run that made it. */
  record Planned(String taskId, String operation, String target, PlanReport plan) {}

  @Override
  public Integer call() {
    TaskDispatch task = dryRun(TaskFile.read(around, file));
    AtomicReference<Optional<PlanReport>> plan = new AtomicReference<>(Optional.empty());
    Optional<StatusReport> last;
    try (Bus bus = opener.open(configuration.configuration(around));
        Bus.Reports reports = bus.reports(Optional.of(task.taskId()), Bus.From.NOW)) {
      bus.send(task);
      last =
          new TaskFollowing(around.clock(), listening(plan), false)
              .follow(reports, task.taskId(), timeout);
    }
    Optional<PlanReport> found = plan.get();
    if (found.isEmpty() || last.filter(it -> it.state() == TaskState.SUCCEEDED).isEmpty()) {
      throw unplanned(last);
    }
    Planned planned =
        new Planned(task.taskId(), task.operation(), task.target().key(), found.get());
    new Printer(around, output.format()).result(planned, () -> lines(planned));
    return ExitCode.SUCCEEDED.code();
  }

  /** Talk goes to stderr; the plan is picked out as it comes by. */
  private TaskProgress listening(AtomicReference<Optional<PlanReport>> plan) {
    TaskProgress lines = new AppendedLines(around.err(), Style.PLAIN, around.clock());
    return new TaskProgress() {
      @Override
      public void report(StatusReport report) {
        if (report.plan().isPresent()) {
          plan.set(report.plan());
        }
      }

      @Override
      public void tick() {
        lines.tick();
      }
    };
  }

  /** Each look is a task of its own, since a task that is known already is not planned again. */
  private TaskDispatch dryRun(TaskDispatch task) {
    String suffix = ".plan-" + Long.toString(around.clock().millis(), Character.MAX_RADIX);
    int room = LONGEST_ID - suffix.length();
    String id = task.taskId().substring(0, Math.min(room, task.taskId().length())) + suffix;
    return new TaskDispatch(
        id,
        task.operation(),
        task.target(),
        task.repository(),
        task.parameters(),
        task.requirements(),
        task.requiredEvidence(),
        task.requestedBy(),
        true,
        task.instruction());
  }

  static List<String> lines(Planned planned) {
    List<String> lines = new ArrayList<>();
    int count = planned.plan().steps().size();
    lines.add(
        "%s %s: %d steps, plan %s"
            .formatted(planned.operation(), planned.target(), count, planned.plan().digest()));
    for (int index = 0; index < count; index++) {
      PlannedStepReport step = planned.plan().steps().get(index);
      lines.add(
          "%3d  %-14s %s (%s)"
              .formatted(
                  index + 1,
                  Escape.line(step.name()),
                  Escape.line(step.description()),
                  step.reversibility()));
      step.effects().forEach(it -> lines.add("       effect  " + Escape.line(it)));
      step.paths().forEach(it -> lines.add("       path    " + Escape.line(it)));
    }
    return lines;
  }

  private CommandFailed unplanned(Optional<StatusReport> last) {
    Optional<Reason> reason = last.flatMap(StatusReport::reason);
    ExitCode exitCode =
        last.map(it -> ExitCode.of(it.state()))
            .filter(it -> it != ExitCode.SUCCEEDED)
            .orElse(ExitCode.TIMED_OUT);
    return new CommandFailed(
        exitCode,
        Failure.of(
            reason.map(Reason::code).orElse(ReasonCode.TIMEOUT),
            "plan the task",
            reason.map(Reason::detail).orElse("no worker has planned it in time"),
            exitCode == ExitCode.TIMED_OUT ? "see whether a worker runs: ops-agent worker" : ""));
  }
}
