package dev.opsagent.cli;

import dev.opsagent.authority.Explanation;
import dev.opsagent.authority.Explanation.Claim;
import dev.opsagent.authority.Judgement;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.console.Escape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = "Shows why a path has its owner: the rules that claim it, and which decides.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ops-agent policy explain package.json",
      "  ops-agent policy explain scripts/deploy/rollout.py --json"
    })
final class PolicyExplainCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private MapOptions options;

  @Parameters(paramLabel = "PATH", description = "Relative to the repository's root.")
  private String path;

  PolicyExplainCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    if (!RepositoryPath.isPath(path)) {
      throw CommandFailed.usage(
          "explain the path",
          "it is absolute, leaves the repository, or holds what no path may hold",
          "name a path relative to the repository's root, such as src/app.py");
    }
    OwnershipMap map = options.map(around);
    Explanation explanation = map.explain(path);
    new Printer(around, output.format()).result(explanation, () -> lines(explanation, map));
    return ExitCode.SUCCEEDED.code();
  }

  private static List<String> lines(Explanation told, OwnershipMap map) {
    List<String> lines = new ArrayList<>();
    lines.add("%s  owner: %s".formatted(Escape.line(told.path()), shown(told.judgement())));
    for (int i = 0; i < told.claims().size(); i++) {
      lines.add(claim(told.claims().get(i), i == 0 ? "first" : "lost"));
    }
    told.twin()
        .ifPresentOrElse(
            twin -> {
              told.ofTwins().forEach(it -> lines.add(claim(it, "of its twins")));
              if (!told.ofTwins().isEmpty()) {
                lines.add("  some file systems take it for " + Escape.line(twin));
              }
            },
            () -> lines.add("  some file systems take it for a name that it does not show"));
    told.contents()
        .forEach(it -> {
          lines.add("  unless a line of it says otherwise: " + shown(it.judgement()));
          it.lines().forEach(line -> lines.add("    " + line));
        });
    told.values()
        .ifPresent(values -> {
          lines.add("  shared (%s): the rest is %s".formatted(values.rule(), values.rest().id()));
          values
              .owned()
              .forEach(it -> lines.add("    %s %s".formatted(it.owner().id(), it.pointer())));
        });
    lines.add("  by the map " + map.digest());
    return lines;
  }

  private static String claim(Claim claim, String word) {
    return "  %-12s tier %2d  %s  %s"
        .formatted(word, claim.tier(), shown(claim.judgement()), claim.glob());
  }

  private static String shown(Judgement judgement) {
    return "%s (%s)".formatted(judgement.owner().id(), judgement.rule());
  }
}
