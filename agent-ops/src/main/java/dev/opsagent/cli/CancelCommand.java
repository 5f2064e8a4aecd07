package dev.opsagent.cli;

import dev.opsagent.protocol.TaskCancel;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "cancel",
    description = "Asks for a task to be ended; what is reversible is undone.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent cancel release-42",
      "  ops-agent cancel release-42 --reason 'wrong branch' --target local/shop"
    })
final class CancelCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;
  @Mixin private ControlOptions control;

  @Parameters(paramLabel = "ID", description = "The task.")
  private String taskId;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "cancelled on the command line",
      description = "Why, for the record.")
  private String reason;

  CancelCommand(Surroundings around, Bus.Opener opener) {
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
        "task.cancel",
        target -> new TaskCancel(taskId, target, control.by(around), reason));
  }
}
