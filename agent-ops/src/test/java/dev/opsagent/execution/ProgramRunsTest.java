package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.ProgramRuns.Heard;
import java.time.Duration;
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
        .isEqualTo(new Heard<>("done", java.util.List.of("npm ci: exit code 1 after 1234 ms")));
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
}
