package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BuildOutputTest {
  private final HeardBuild build = new HeardBuild();
  private final List<String> lines = build.lines;
  private final BuildOutput output = build.output;

  @Test
  void onlyImagesThatTheBuildHasMadeAreTold() {
    say("Step 1/3 : FROM base\n ---> 000000000001\n");
    say("Step 2/3 : RUN a\n ---> Using cache\n ---> 000000000002\n");
    say("Step 3/3 : RUN b\n ---> Running in aaaaaaaaaaaa\nout\nRemoving inter");
    say("mediate container aaaaaaaaaaaa\n ---> 000000000003\nSuccessfully built 000000000003\n");

    assertThat(build.made).containsExactly("000000000003");
    assertThat(lines)
        .containsExactly("Step 1/3 : FROM base", "Step 2/3 : RUN a", "Step 3/3 : RUN b", "out");
    assertThat(ok(output.result("build"))).isEqualTo("000000000003");
  }

  @Test
  void whatABuildSaysIsBoundedInLinesAndInLength() {
    say("Step 1/1 : RUN chatter\n");
    say("x".repeat(100_000) + "\n");
    for (int i = 0; i < 10_000; i++) {
      say("line \u001b[31m" + i + "\u0007\n");
    }

    assertThat(lines).hasSize(500).allMatch(line -> line.length() <= 201);
    assertThat(lines.getLast()).contains("more than is told");
    assertThat(lines.get(20)).matches("line \\d+");
    assertThat(no(output.result("build")).cause())
        .startsWith("Step 1/1 : RUN chatter: ")
        .endsWith("line 9998 | line 9999")
        .hasSizeLessThan(1000);
  }

  @Test
  void ofALineThatDoesNotEndTheRestIsNotTakenForAnother() {
    say("x".repeat(9000) + "hu");
    say("sh and more\nnext\n");

    assertThat(lines).hasSize(2).last().isEqualTo("next");
  }

  @Test
  void anErrorIsTheResultWhateverWasBuiltBefore() {
    say("Step 1/1 : RUN a\n ---> 000000000003\nSuccessfully built 000000000003\n");
    build.take(Map.of("errorDetail", Map.of("message", "no hush space")));

    assertThat(no(output.result("build")).cause()).contains("no *** space");
  }

  private void say(String text) {
    build.take(Map.of("stream", text));
  }
}
