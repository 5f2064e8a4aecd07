package dev.opsagent.cli;

import dev.opsagent.authority.OwnershipChange;
import dev.opsagent.authority.OwnershipMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    description = "Tells what another map would change.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Each pair of rules that gives a path to another owner is told with an example.",
      "",
      "Examples:",
      "  ops-agent policy diff default ownership.yaml",
      "  ops-agent policy diff ownership.yaml next.yaml --replay --json"
    })
final class PolicyDiffCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "A map of owners; default is the one that comes along.")
  private String old;

  @Parameters(index = "1", paramLabel = "NEW", description = "The other map.")
  private String other;

  @Option(
      names = "--replay",
      description = "Also list past tasks that the new map would have refused; needs the broker.")
  private boolean replay;

  PolicyDiffCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /**
   * What the command prints.
   *
   * @param before digest of the old map
   * @param after digest of the new map
   */
  record Report(
      String before,
      String after,
      List<OwnershipChange> changes,
      List<PolicyReplay.Refused> refused) {}

  @Override
  public Integer call() {
    OwnershipMap before = MapOptions.named(around, old);
    OwnershipMap after = MapOptions.named(around, other);
    Report report =
        new Report(
            before.digest(),
            after.digest(),
            before.changesTo(after).orElseThrow(PolicyDiffCommand::tooDifferent),
            replay ? replayed(before, after) : List.of());
    new Printer(around, output.format()).result(report, () -> lines(report));
    return ExitCode.SUCCEEDED.code();
  }

  private static CommandFailed tooDifferent() {
    return CommandFailed.usage(
        "compare the maps", "they have too little in common", "compare them rule by rule");
  }

  private List<PolicyReplay.Refused> replayed(OwnershipMap before, OwnershipMap after) {
    try (Bus bus = opener.open(configuration.configuration(around))) {
      PolicyReplay past = PolicyReplay.read(bus);
      around.err().println(past.summary());
      return past.refused(before, after);
    }
  }

  private List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    report
        .changes()
        .forEach(change ->
            lines.add(
                "%s\t%s (%s)\t%s (%s)"
                    .formatted(
                        change.example(),
                        change.before().owner().id(),
                        change.before().rule(),
                        change.after().owner().id(),
                        change.after().rule())));
    if (replay) {
      report.refused().forEach(it -> lines.add(it.text()));
    }
    return lines;
  }
}
