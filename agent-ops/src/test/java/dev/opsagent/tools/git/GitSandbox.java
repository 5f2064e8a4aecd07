package dev.opsagent.tools.git;

import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.Answers;
import dev.opsagent.testing.Peers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls the git program, the judge of what our own git did. */
final class GitSandbox {
  private static final Map<String, String> IDENTITY =
      Map.of(
          "GIT_AUTHOR_NAME", "Somebody",
          "GIT_AUTHOR_EMAIL", "somebody@example.org",
          "GIT_COMMITTER_NAME", "Somebody",
          "GIT_COMMITTER_EMAIL", "somebody@example.org");

  private final LocalPrograms programs;

  GitSandbox(Path scratch) {
    Peers.require("git", "install git");
    this.programs = new LocalPrograms(scratch, Peers.searchPath(), Redactor.of(Map.of()), "none");
  }

  /** The output, without the last line's end; fails when git does. */
  String git(Path folder, String... arguments) {
    Finished finished = run(folder, arguments);
    if (finished.exitCode() != 0) {
      throw new AssertionError(List.of(arguments) + ": " + finished.stderr());
    }
    return finished.stdout().strip();
  }

  Finished run(Path folder, String... arguments) {
    List<String> all = new ArrayList<>(List.of("git", "-c", "init.defaultBranch=main"));
    all.addAll(List.of(arguments));
    return Answers.ok(programs.run(new Command(all, folder, IDENTITY, Duration.ofSeconds(30))));
  }
}
