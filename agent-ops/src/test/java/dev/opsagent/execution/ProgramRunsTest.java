package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.ProgramRuns.Heard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ProgramRunsTest {
  @Test
  void aCallHearsOfTheProgramsThatItRanAndOfNoOthers() {
    ProgramRuns.tell("before", "exit code 0", Duration.ZERO);

    Heard<String> heard =
        ProgramRuns.hear(() -> {
          ProgramRuns.tell("npm ci", "exit code 1", Duration.ofMillis(1234));
          return "done";
        });
    ProgramRuns.tell("after", "exit code 0", Duration.ZERO);

    assertThat(heard)
        .isEqualTo(
            new Heard<>("done", List.of("npm ci: exit code 1 after 1234 ms"), List.of(), Set.of()));
  }

  @Test
  void ofVeryManyProgramsTheFirstAreTold() {
    Heard<String> heard =
        ProgramRuns.hear(() -> {
          for (int run = 1; run <= 25; run++) {
            ProgramRuns.tell("run " + run, "exit code 0", Duration.ZERO);
          }
          return "";
        });

    assertThat(heard.ran())
        .hasSize(21)
        .startsWith("run 1: exit code 0 after 0 ms")
        .endsWith("and 5 more");
  }

  @Test
  void aCallHearsWhatWasHiddenAndWhoShouldNotHaveKnownIt() {
    Heard<String> heard =
        ProgramRuns.hear(() -> {
          ProgramRuns.tellMasked("the output of npm", Map.of("token", 2), Set.of());
          ProgramRuns.tellMasked("the output of tar", Map.of("a", 1, "b", 3), Set.of("b"));
          return "";
        });

    assertThat(heard.masked())
        .containsExactly(
            "token was hidden 2 times in the output of npm",
            "a was hidden 1 times in the output of tar",
            "b was hidden 3 times in the output of tar");
    assertThat(heard.leaked()).containsExactly("b");
  }
}
