package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources.Entry;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "worker",
    description = "Carries out tasks from an existing Kafka until it is interrupted.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Any property of the Kafka client can be given as KAFKA_SECURITY_PROTOCOL and the like,",
      "or below kafka: in the file. The file gives way to the environment, both to options.",
      "",
      "Examples:",
      "  ops-agent worker --bootstrap broker:9092 --environments staging",
      "  ops-agent worker --config production.yaml --check-config"
    })
final class WorkerCommand implements Callable<Integer> {
  private final Surroundings around;
  private final WorkerRun run;

  @Mixin private OutputOptions output;
  @Mixin private WorkerOptions options;

  @Option(
      names = "--check-config",
      description = "Print what is in force and where it comes from, and end; needs no broker.")
  private boolean checkConfig;

  WorkerCommand(Surroundings around, WorkerRun run) {
    this.around = around;
    this.run = run;
  }

  /** One value and where it comes from. */
  record Line(String key, String value, String source) {}

  @Override
  public Integer call() {
    if (!checkConfig) {
      Configuration configuration = options.loadSigned(around, options.flags()).configuration();
      return run.untilInterrupted(configuration, output.format()).code();
    }
    Loaded.Valid loaded = options.load(around);
    MapOptions.loaded(loaded.configuration().ownership());
    EnvironmentsCommand.loaded(loaded.configuration());
    loaded.configuration().signing().trust().ifPresent(KeysCheckCommand::check);
    GatesCommand.loaded(loaded.configuration());
    List<Line> lines = loaded.inForce().stream().map(WorkerCommand::line).toList();
    new Printer(around, output.format()).result(lines, () -> text(lines));
    return ExitCode.SUCCEEDED.code();
  }

  private static Line line(Entry entry) {
    return new Line(entry.key(), entry.value(), entry.origin().toString());
  }

  private static List<String> text(List<Line> lines) {
    int widest = lines.stream().mapToInt(it -> it.key().length()).max().orElse(1);
    List<String> text = new ArrayList<>();
    for (Line line : lines) {
      String shown = line.value().isEmpty() ? "(none)" : line.value();
      text.add(("%-" + widest + "s  %s  (%s)").formatted(line.key(), shown, line.source()));
    }
    return text;
  }
}
