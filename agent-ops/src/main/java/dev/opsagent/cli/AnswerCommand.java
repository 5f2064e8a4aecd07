package dev.opsagent.cli;

import dev.opsagent.console.GateView;
import dev.opsagent.console.Style;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that answers a plan that waits for consent. */
abstract class AnswerCommand extends ControlCommand {
  @Option(
      names = "--plan",
      paramLabel = "DIGEST",
      description = "Digest of the plan that is meant; another plan is not answered.")
  private @Nullable String plan;

  AnswerCommand(Surroundings around, Bus.Opener opener) {
    super(around, opener);
  }

  /** Whether the plan must be named, so that nobody answers what he has not seen. */
  abstract boolean asksForPlan();

  /**
   * Makes the message.
   *
   * @param digest of the plan that waits
   */
  abstract ControlMessage answer(String task, Target on, String who, String digest);

  @Override
  ControlMessage message(Bus bus, String task, Target on, String who) {
    return answer(task, on, who, meant(LastReport.of(task, bus)));
  }

  private String meant(StatusReport report) {
    String task = report.taskId();
    String waiting =
        report
            .gates()
            .filter(_ -> report.state() == TaskState.AWAITING_APPROVAL)
            .map(GateReport::plan)
            .orElseThrow(() ->
                CommandFailed.usage(
                    "answer the plan of task " + task,
                    "it does not wait for approval: it is " + report.state(),
                    "see why: ops-agent why " + task));
    if (plan == null && asksForPlan()) {
      GateView view = new GateView(Style.of(around().environment(), false));
      view.of(report).forEach(around().err()::println);
      throw CommandFailed.usage(
          "approve a plan without naming it",
          "consent is to one plan, and the task may have another one by now",
          "read it above, then: ops-agent approve " + task + " --plan " + waiting);
    }
    if (plan != null && !plan.equals(waiting)) {
      throw CommandFailed.usage(
          "answer the plan of task " + task,
          "another plan waits now: " + waiting,
          "see what it is: ops-agent why " + task);
    }
    return waiting;
  }
}
