package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.GatesFile;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.console.Lasting;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "gates",
    description = "Shows the gate policy: what must stand before an operation has an effect.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "It is the one of policy.gates, or the one that comes along. Needs no broker.",
      "",
      "Examples:",
      "  ops-agent gates",
      "  ops-agent gates --default > gates.yaml"
    })
final class GatesCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions options;

  @Option(names = "--default", description = "Print the file that comes along, to begin with.")
  private boolean standard;

  GatesCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    if (standard) {
      around.out().print(new String(GatesFile.standardText(), StandardCharsets.UTF_8));
      around.out().flush();
      return ExitCode.SUCCEEDED.code();
    }
    Configuration configuration = options.configuration(around);
    GatePolicy policy = loaded(configuration);
    policy
        .unknown(EnvironmentsCommand.loaded(configuration))
        .forEach(it -> around.err().println("no environment " + it + " is declared"));
    new Printer(around, output.format()).result(policy, () -> lines(policy));
    return ExitCode.SUCCEEDED.code();
  }

  /** The policy of a configuration; refuses a file that is not sound. */
  static GatePolicy loaded(Configuration configuration) {
    return switch (GatesFile.open(configuration.gates())) {
      case Answer.Ok<Reloaded<GatePolicy>>(Reloaded<GatePolicy> gates) -> gates.get();
      case Answer.No<Reloaded<GatePolicy>>(Failure unsound) ->
          throw new CommandFailed(ExitCode.USAGE, unsound);
    };
  }

  private static List<String> lines(GatePolicy policy) {
    List<String> lines = new ArrayList<>();
    lines.add("gate policy " + policy.digest());
    lines.add(
        "waits %s for evidence, %s for approval; an approval counts for %s"
            .formatted(
                Lasting.words(policy.terms().evidence()),
                Lasting.words(policy.terms().approval()),
                Lasting.words(policy.terms().consent())));
    policy.rules().forEach(it -> add(lines, it));
    return lines;
  }

  private static void add(List<String> lines, Rule rule) {
    lines.add(
        "%s: %s on %s"
            .formatted(
                rule.name(),
                String.join(", ", new TreeSet<>(rule.operations())),
                String.join(", ", new TreeSet<>(rule.environments()))));
    rule.evidence().forEach(it -> lines.add("  " + words(it)));
    rule.approvals()
        .ifPresent(it ->
            lines.add(
                "  approvals: %d%s%s"
                    .formatted(
                        it.count(),
                        it.from().isEmpty() ? "" : " from " + String.join(", ", it.from()),
                        it.secondPerson() ? ", not the requester" : "")));
  }

  private static String words(Ask ask) {
    return ask.kind().id()
        + (ask.whenExists() ? " where one exists" : "")
        + (ask.from().isEmpty() ? "" : " from " + String.join(" or ", ask.from()))
        + ask.maxAge().map(it -> ", at most " + Lasting.words(it) + " old").orElse("");
  }
}
