package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that sends a person's word on a task. */
abstract class ControlCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(index = "0", paramLabel = "ID", description = "The task.")
  private String taskId;

  @Option(
      names = "--target",
      paramLabel = "ENV/SERVICE",
      description = "The task's target (default: looked up in its reports).")
  private @Nullable String target;

  @Option(names = "--by", paramLabel = "NAME", description = "Who says so (default: $USER).")
  private @Nullable String by;

  ControlCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** What the command prints. */
  record Sent(String taskId, String target, String message, String address) {}

  /** The message's name, such as {@code task.cancel}. */
  abstract String word();

  /**
   * Makes the message.
   *
   * @param bus where the task's reports are
   * @param who says so
   */
  abstract ControlMessage message(Bus bus, String task, Target on, String who);

  Surroundings around() {
    return around;
  }

  @Override
  public Integer call() {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      Target found = target == null ? find(bus) : Target.parse(target);
      String address = bus.send(message(bus, taskId, found, by())).toString();
      Sent sent = new Sent(taskId, found.key(), word(), address);
      new Printer(around, output.format()).result(sent, () -> lines(sent));
      return ExitCode.SUCCEEDED.code();
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      throw CommandFailed.usage("send " + word() + " for the task", cause, "correct that value");
    }
  }

  private String by() {
    return Optional.ofNullable(by).orElse(around.user());
  }

  private static List<String> lines(Sent sent) {
    return List.of(
        "sent %s for task %s on %s as %s"
            .formatted(sent.message(), sent.taskId(), sent.target(), sent.address()),
        "see what comes of it: ops-agent watch --task " + sent.taskId());
  }

  private Target find(Bus bus) {
    return LastReport.find(taskId, bus)
        .map(StatusReport::target)
        .orElseThrow(() ->
            CommandFailed.usage(
                "find task " + taskId,
                "no report of it is on the bus",
                "check the id, or name its target: --target ENVIRONMENT/SERVICE"));
  }
}
