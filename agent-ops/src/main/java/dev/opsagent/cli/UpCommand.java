package dev.opsagent.cli;

import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.Setting;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    description = "Runs a Kafka broker and a worker here until it is interrupted.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The broker's data stays in the data folder and survives a restart.",
      "",
      "Examples:",
      "  ops-agent up",
      "  ops-agent up --broker-port 9092 --data ./state"
    })
final class UpCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private WorkerOptions options;

  @Option(
      names = "--broker-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "The broker's port (default: the one of the last time, else a free one).")
  private int brokerPort;

  UpCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    Map<Setting, String> flags = options.flags();
    Path data = options.load(around, flags).configuration().data().resolve("broker");
    EmbeddedBroker broker = start(data);
    try {
      flags.put(Setting.BOOTSTRAP, broker.bootstrap());
      Configuration configuration = options.loadSigned(around, flags).configuration();
      return new ForegroundWorker(around)
          .untilInterrupted(configuration, output.format(), broker::close)
          .code();
    } finally {
      broker.close();
    }
  }

  private EmbeddedBroker start(Path data) {
    try {
      return EmbeddedBroker.start(data, brokerPort);
    } catch (IOException refused) {
      String cause = String.valueOf(refused.getMessage());
      String fix = "end the other one, or choose another --data folder or --broker-port";
      throw new CommandFailed(
          ExitCode.USAGE,
          Failure.of(ReasonCode.CONFIGURATION, "start the embedded broker", cause, fix));
    }
  }
}
