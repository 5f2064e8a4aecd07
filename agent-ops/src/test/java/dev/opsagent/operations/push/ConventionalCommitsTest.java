package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.operations.push.SemanticVersion.Level;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConventionalCommitsTest {
  @Test
  void theHighestLevelOfAllCommitsWins() {
    assertThat(ConventionalCommits.level(List.of("fix: a", "feat(api): b", "docs: c")))
        .contains(Level.MINOR);
    assertThat(ConventionalCommits.level(List.of("perf: faster"))).contains(Level.PATCH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "feat!: gone",
        "chore(deps)!: node 22",
        "fix: x\n\nbody\n\nBREAKING CHANGE: y is gone",
        "refactor: x\n\nBREAKING-CHANGE: y"
      })
  void aBreakingChangeOfAnyTypeIsMajor(String message) {
    assertThat(ConventionalCommits.level(List.of("fix: a", message))).contains(Level.MAJOR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chore: x",
        "docs: x",
        "Merge branch 'feat: x'",
        "Release 1.0.0",
        "feat:",
        "feat x",
        "",
        "say BREAKING CHANGE: nothing",
        "docs: x\n\nno BREAKING CHANGE: here"
      })
  void whatAsksForNothingReleasesNothing(String message) {
    assertThat(ConventionalCommits.level(List.of(message))).isEmpty();
  }
}
