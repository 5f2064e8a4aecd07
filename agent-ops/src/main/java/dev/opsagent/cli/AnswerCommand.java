package dev.opsagent.cli;

import dev.opsagent.console.GateView;
import dev.opsagent.console.Style;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that answers a plan that waits for consent. */
abstract class AnswerCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(index = "0", paramLabel = "ID", description = "The task.")
  private String taskId;

  @Option(
      names = "--plan",
      paramLabel = "DIGEST",
      description = "Digest of the plan that is meant; another plan is not answered.")
  private @Nullable String plan;

  @Option(names = "--by", paramLabel = "NAME", description = "Who says so (default: $USER).")
  private @Nullable String by;

  AnswerCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** What the command prints. */
  record Sent(String taskId, String target, String plan, String message, String address) {}

  /** The message's name, such as {@code task.approve}. */
  abstract String word();

  /** Whether the plan must be named, so that nobody answers what he has not seen. */
  abstract boolean asksForPlan();

  abstract ControlMessage message(String task, Target on, String who, String digest);

  @Override
  public Integer call() {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      StatusReport report = LastReport.of(taskId, bus);
      String digest = meant(report);
      String who =
          Optional.ofNullable(by).orElse(around.environment().getOrDefault("USER", "operator"));
      String address = bus.send(message(taskId, report.target(), who, digest)).toString();
      Sent sent = new Sent(taskId, report.target().key(), digest, word(), address);
      new Printer(around, output.format()).result(sent, () -> lines(sent));
      return ExitCode.SUCCEEDED.code();
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      throw CommandFailed.usage("send " + word() + " for the task", cause, "correct that value");
    }
  }

  private String meant(StatusReport report) {
    String waiting =
        report
            .gates()
            .filter(_ -> report.state() == TaskState.AWAITING_APPROVAL)
            .map(GateReport::plan)
            .orElseThrow(() ->
                CommandFailed.usage(
                    "answer the plan of task " + taskId,
                    "it does not wait for approval: it is " + report.state(),
                    "see why: ops-agent why " + taskId));
    if (plan == null && asksForPlan()) {
      GateView view = new GateView(Style.of(around.environment(), false));
      view.of(report).forEach(around.err()::println);
      throw CommandFailed.usage(
          "approve a plan without naming it",
          "consent is to one plan, and the task may have another one by now",
          "read it above, then: ops-agent approve " + taskId + " --plan " + waiting);
    }
    if (plan != null && !plan.equals(waiting)) {
      throw CommandFailed.usage(
          "answer the plan of task " + taskId,
          "another plan waits now: " + waiting,
          "see what it is: ops-agent why " + taskId);
    }
    return waiting;
  }

  private static List<String> lines(Sent sent) {
    return List.of(
        "sent %s for plan %s of task %s on %s as %s"
            .formatted(sent.message(), sent.plan(), sent.taskId(), sent.target(), sent.address()),
        "see what comes of it: ops-agent watch --task " + sent.taskId());
  }
}
