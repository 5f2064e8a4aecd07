package dev.opsagent.cli;

import dev.opsagent.authority.routing.Evaluation;
import dev.opsagent.authority.routing.Labelled;
import dev.opsagent.authority.routing.Router;
import dev.opsagent.authority.routing.Routing;
import dev.opsagent.console.Escape;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "route",
    description = "Tells whose work an instruction is, and why.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "ACCEPT: all of it is done here. NOT_MINE: all of it belongs to other agents.",
      "SPLIT: some of each. UNCLEAR: a person would ask back. Needs no broker.",
      "",
      "Examples:",
      "  ops-agent route 'deploy web to staging and write the release notes'",
      "  ops-agent route --json 'fix the bug in Cart.java'",
      "  ops-agent route - <instructions.txt >decisions.jsonl",
      "  ops-agent route --evaluate labelled.jsonl"
    })
final class RouteCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description = "The instruction; - reads one a line and prints one JSON object a line.")
  private @Nullable String text;

  @Option(
      names = "--evaluate",
      paramLabel = "FILE",
      description = "Compares with labels: JSON lines of text, decision, operations, owners.")
  private @Nullable Path labels;

  RouteCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException {
    if (labels != null && text == null) {
      return evaluated(labels);
    }
    if (text == null || labels != null) {
      throw CommandFailed.usage(
          "route", "not exactly one of TEXT and --evaluate is given", "ops-agent route TEXT");
    }
    Router router = Router.shipped();
    return text.equals("-") ? lines(router) : one(router.route(text));
  }

  private int evaluated(Path file) {
    Evaluation evaluation = Evaluation.of(Router.shipped(), labelled(file));
    new Printer(around, output.format()).result(evaluation, evaluation::lines);
    return ExitCode.SUCCEEDED.code();
  }

  private int one(Routing routing) {
    new Printer(around, output.format()).result(routing, () -> told(routing));
    return ExitCode.SUCCEEDED.code();
  }

  private static List<String> told(Routing routing) {
    List<String> lines = new ArrayList<>();
    lines.add(routing.decision().name());
    routing.operations().forEach(it -> lines.add("  ours     " + it));
    routing
        .foreign()
        .forEach(
            it -> lines.add("  foreign  %-16s %s".formatted(it.owner(), Escape.line(it.text()))));
    routing.why().forEach(it -> lines.add("  why      " + Escape.line(it)));
    return lines;
  }

  /** In whatever format: a stream of answers, each on the line of its question. */
  private int lines(Router router) throws IOException {
    Printer printer = new Printer(around, Format.jsonl);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(around.in(), StandardCharsets.UTF_8))) {
      Optional<String> line = line(in);
      while (line.isPresent()) {
        Routing routing = router.route(line.orElseThrow());
        printer.result(routing, List::of);
        line = line(in);
      }
    }
    return ExitCode.SUCCEEDED.code();
  }

  /** The next line; of one that is too long, no more than shows that it is. */
  private static Optional<String> line(BufferedReader in) throws IOException {
    int next = in.read();
    if (next < 0) {
      return Optional.empty();
    }
    StringBuilder line = new StringBuilder();
    while (next >= 0 && next != '\n') {
      if (line.length() <= Router.LONGEST) {
        line.append((char) next);
      }
      next = in.read();
    }
    return Optional.of(line.toString().stripTrailing());
  }

  private List<Labelled> labelled(Path file) {
    List<Labelled> read = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(around.directory().resolve(file))) {
        read.add(Json.read(line.getBytes(StandardCharsets.UTF_8), Labelled.class));
      }
      return read;
    } catch (InvalidMessage invalid) {
      String cause = "line %d: %s".formatted(read.size() + 1, invalid.getMessage());
      throw CommandFailed.usage("read the labels", cause, "see ops-agent route --help");
    } catch (IOException unreadable) {
      String cause = file + " cannot be read";
      throw CommandFailed.usage("read the labels", cause, "name a file of JSON lines");
    }
  }
}
