package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDeny;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "deny",
    description = "Refuses the plan of a task that waits for approval; the task ends REJECTED.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  ops-agent deny release-42 --reason 'not before the audit'"})
final class DenyCommand extends AnswerCommand {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why, for the record.")
  private String reason;

  DenyCommand(Surroundings around, Bus.Opener opener) {
    super(around, opener);
  }

  @Override
  String word() {
    return "task.deny";
  }

  @Override
  boolean asksForPlan() {
    return false;
  }

  @Override
  ControlMessage answer(String task, Target on, String who, String digest) {
    return new TaskDeny(task, on, who, digest, reason);
  }
}
