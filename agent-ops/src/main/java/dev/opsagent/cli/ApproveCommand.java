package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import picocli.CommandLine.Command;

@Command(
    name = "approve",
    description = "Consents to the plan of a task that waits for approval.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Consent is to exactly one plan: the digest stands in the task's reports and in its dry run.",
      "A plan that changes, or another gate policy, voids it.",
      "",
      "Examples:",
      "  ops-agent approvals",
      "  ops-agent approve release-42 --plan sha256:9f86d08…"
    })
final class ApproveCommand extends AnswerCommand {
  ApproveCommand(Surroundings around, Bus.Opener opener) {
    super(around, opener);
  }

  @Override
  String word() {
    return "task.approve";
  }

  @Override
  boolean asksForPlan() {
    return true;
  }

  @Override
  ControlMessage answer(String task, Target on, String who, String digest) {
    return new TaskApprove(task, on, who, digest);
  }
}
