package dev.opsagent.cli;

import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "lift",
    description = "Allows a release that has failed on a target to be deployed there again.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The digest stands in the report of the task that failed, and on ops.deployments.",
      "",
      "Examples:",
      "  ops-agent lift local/shop sha256:9f86d08… --reason 'it was the network'"
    })
final class LiftCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(index = "0", paramLabel = "ENV/SERVICE", description = "The target.")
  private String target;

  @Parameters(index = "1", paramLabel = "DIGEST", description = "The release that failed there.")
  private String digest;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description = "Why it may be tried again, for the record.")
  private String reason;

  @Option(names = "--by", paramLabel = "NAME", description = "Who says so (default: $USER).")
  private @Nullable String by;

  LiftCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** What the command prints. */
  record Sent(String target, String digest, String message, String address) {}

  @Override
  public Integer call() {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      Target on = Target.parse(target);
      String who = Optional.ofNullable(by).orElse(around.user());
      String address = bus.send(new QuarantineLift(on, who, digest, reason)).toString();
      Sent sent = new Sent(on.key(), digest, "quarantine.lift", address);
      new Printer(around, output.format())
          .result(
              sent,
              () -> List.of("sent quarantine.lift for %s as %s".formatted(on.key(), address)));
      return ExitCode.SUCCEEDED.code();
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      throw CommandFailed.usage("lift the quarantine", cause, "correct that value");
    }
  }
}
