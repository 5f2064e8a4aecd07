package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskResolve;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "resolve",
    description = "Answers a task that waits for a person's decision, or frees a held target.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "  continue  probe again and go on from where the task stopped",
      "  done      the effect in doubt did happen, or the release is good: go on",
      "  undone    it did not happen, was undone by hand, or is bad: undo the rest",
      "  abandon   give up: the task ends IN_DOUBT and its target stays held",
      "",
      "Examples:",
      "  ops-agent resolve release-42 continue",
      "  ops-agent resolve release-42 done --reason 'the registry shows 1.4.0'"
    })
final class ResolveCommand extends ControlCommand {
  @Parameters(
      index = "1",
      paramLabel = "DECISION",
      description = "continue, done, undone or abandon.")
  private TaskResolve.Decision decision;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "decided on the command line",
      description = "What was found out, for the record.")
  private String reason;

  ResolveCommand(Surroundings around, Bus.Opener opener) {
    super(around, opener);
  }

  @Override
  String word() {
    return "task.resolve";
  }

  @Override
  ControlMessage message(Bus bus, String task, Target on, String who) {
    return new TaskResolve(task, on, who, decision, reason);
  }
}
