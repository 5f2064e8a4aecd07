package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.configuration.ReloadedEnvironments;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "environments",
    description = "Lists the environments that a worker serves, with what holds for each.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "They are those of environments.file, or else the names of environments. Needs no broker.",
      "",
      "Examples:",
      "  ops-agent environments",
      "  ops-agent environments --config production.yaml -o json"
    })
final class EnvironmentsCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions options;

  EnvironmentsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    List<Environment> all = loaded(options.configuration(around)).all();
    Instant now = around.clock().instant();
    List<String> rows = rows(all, now);
    try (Printer printer = new Printer(around, output.format())) {
      for (int index = 0; index < all.size(); index++) {
        List<String> lines = rows.subList(index == 0 ? 0 : index + 1, index + 2);
        printer.item(told(all.get(index), now), () -> lines);
      }
    }
    return ExitCode.SUCCEEDED.code();
  }

  /** The environments of a configuration; refuses a file that is not sound. */
  static Environments loaded(Configuration configuration) {
    return switch (ReloadedEnvironments.open(configuration)) {
      case Answer.Ok<Reloaded<Environments>>(Reloaded<Environments> environments) ->
          environments.get();
      case Answer.No<Reloaded<Environments>>(Failure unsound) ->
          throw new CommandFailed(ExitCode.USAGE, unsound);
    };
  }

  /** A table; its first row is the head. */
  private static List<String> rows(List<Environment> all, Instant now) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        List.of(
            "NAME",
            "KIND",
            "RUNTIME",
            "PROTECTED",
            "PROMOTES FROM",
            "STRATEGIES",
            "WALL",
            "FROZEN"));
    all.forEach(it -> cells.add(cells(it, now)));
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < cells.getFirst().size(); column++) {
      int at = column;
      widths.add(cells.stream().mapToInt(row -> row.get(at).length()).max().orElse(1));
    }
    return cells.stream().map(row -> row(row, widths)).toList();
  }

  private static List<String> cells(Environment environment, Instant now) {
    return List.of(
        environment.name(),
        environment.kind().id(),
        joined(environment.runtimes(), RuntimeKind::id),
        environment.isProtected() ? "yes" : "no",
        environment.promotesFrom().orElse("-"),
        joined(environment.strategies(), Strategy::id),
        environment.sandbox().id(),
        frozen(environment, now));
  }

  private static String frozen(Environment environment, Instant now) {
    return holding(environment, now).stream()
        .map(it -> "%s until %s".formatted(it.freeze(), it.until()))
        .collect(
            Collectors.collectingAndThen(Collectors.joining(","), it -> it.isEmpty() ? "no" : it));
  }

  /** A freeze that holds. */
  private record Holding(String freeze, Instant until) {}

  private static List<Holding> holding(Environment environment, Instant now) {
    return environment.freezes().stream()
        .flatMap(it -> it.until(now).map(end -> new Holding(it.name(), end)).stream())
        .toList();
  }

  /** The environment, and which of its freezes hold now. */
  private static ObjectNode told(Environment environment, Instant now) {
    ObjectNode told = (ObjectNode) Json.tree(environment);
    told.set("frozenBy", Json.tree(holding(environment, now)));
    return told;
  }

  private static <E> String joined(Collection<E> some, Function<E, String> id) {
    return some.stream().map(id).collect(Collectors.joining(","));
  }

  private static String row(List<String> cells, List<Integer> widths) {
    StringBuilder row = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      row.append(("%-" + widths.get(column) + "s  ").formatted(cells.get(column)));
    }
    return row.toString().stripTrailing();
  }
}
