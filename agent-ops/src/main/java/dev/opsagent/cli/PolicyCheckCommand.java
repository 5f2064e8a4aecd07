package dev.opsagent.cli;

import dev.opsagent.authority.Judgement;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.console.Escape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    description = "Prints path, owner and rule of each path, with tabs between.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "What is no normalised relative path belongs to nobody; then the exit code is 2.",
      "",
      "Examples:",
      "  ops-agent policy check Dockerfile src/app.py",
      "  git ls-files | ops-agent policy check -",
      "  ops-agent policy check --map ownership.yaml Dockerfile --json"
    })
final class PolicyCheckCommand implements Callable<Integer> {
  private static final String STDIN = "-";

  private final Surroundings around;

  @Mixin private OutputOptions output;
  @Mixin private MapOptions options;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Relative to the repository's root; - reads stdin, a path a line.")
  private List<String> paths;

  private long strange;

  PolicyCheckCommand(Surroundings around) {
    this.around = around;
  }

  /** One path and whose it is. */
  record Line(String path, String owner, String rule) {
    String text() {
      return Escape.line(path) + "\t" + owner + "\t" + rule;
    }
  }

  @Override
  public Integer call() {
    OwnershipMap map = options.map(around);
    try (CheckedPaths printed = new CheckedPaths(around, output.format())) {
      for (String path : paths) {
        if (path.equals(STDIN)) {
          stdin(map, printed);
        } else {
          printed.print(line(map, path));
        }
      }
    }
    if (strange == 0) {
      return ExitCode.SUCCEEDED.code();
    }
    around.err().println(strange + " of them: no path relative to a repository's root");
    return ExitCode.USAGE.code();
  }

  private void stdin(OwnershipMap map, CheckedPaths printed) {
    try {
      PathLines lines = new PathLines(around.in());
      for (var path = lines.next(); path.isPresent(); path = lines.next()) {
        printed.print(line(map, path.get()));
        if (!lines.ready()) {
          printed.flush();
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("stdin cannot be read", broken);
    }
  }

  private Line line(OwnershipMap map, String path) {
    if (!RepositoryPath.isPath(path)) {
      strange++;
      return new Line(path, "nobody", "built-in/not-a-path");
    }
    Judgement judgement = map.judge(path);
    return new Line(path, judgement.owner().id(), judgement.rule());
  }
}
