package dev.opsagent.cli;

import dev.opsagent.protocol.TaskResolve;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "resolve",
    description = "Answers a task that waits for a person's decision, or frees a held target.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "  continue  probe again and go on from where the task stopped",
      "  done      the effect in doubt did happen: go on after it",
      "  undone    it did not happen, or was undone by hand: undo the rest and end",
      "  abandon   give up: the task ends IN_DOUBT and its target stays held",
      "",
      "Examples:",
      "  ops-agent resolve release-42 continue",
      "  ops-agent resolve release-42 done --reason 'the registry shows 1.4.0'"
    })
final class ResolveCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;
  @Mixin private ControlOptions control;

  @Parameters(index = "0", paramLabel = "ID", description = "The task.")
  private String taskId;

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
    this.around = around;
    this.opener = opener;
  }

  @Override
  public Integer call() {
    return control.send(
        around,
        () -> opener.open(configuration.configuration(around)),
        output.format(),
        taskId,
        "task.resolve",
        target -> new TaskResolve(taskId, target, control.by(around), decision, reason));
  }
}
