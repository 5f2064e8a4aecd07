package dev.opsagent.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.cli.drill.DrillResult.Round;
import dev.opsagent.cli.drill.SteadyLoad.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OutageTest {
  private static final long TENTH = Duration.ofMillis(100).toNanos();

  /** One request each tenth of a second; {@code x} is one without an answer. */
  private static Outage outage(String answers) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < answers.length(); i++) {
      samples.addFirst(new Sample(i * TENTH, answers.charAt(i) == '.'));
    }
    return Outage.of(samples);
  }

  @Test
  void lastsFromTheFirstFailureToTheFirstOfThoseThatAreAnsweredEverAfter() {
    assertThat(outage("..xx.x....")).isEqualTo(new Outage(10, 3, Duration.ofMillis(400), true));
    assertThat(outage("......")).isEqualTo(new Outage(6, 0, Duration.ZERO, true));
    assertThat(outage("xxxx...")).isEqualTo(new Outage(7, 4, Duration.ofMillis(400), true));
  }

  @Test
  void isNotOverBeforeSeveralWereAnsweredInARow() {
    assertThat(outage("..xx..").over()).isFalse();
    assertThat(outage("xxx").over()).isFalse();
    assertThat(outage("").over()).isFalse();
    assertThat(outage("").lasted()).isZero();
  }

  @Test
  void aResultCountsWhatWasRecoveredAndTakesPercentilesOfTheSeconds() {
    List<Round> rounds =
        IntStream.rangeClosed(1, 10)
            .mapToObj(i ->
                new Round(
                    Defect.of(i), i != 3, new Outage(20, i, Duration.ofMillis(100L * i), i != 3)))
            .toList();

    DrillResult result = DrillResult.of(rounds, 0);

    assertThat(result).isEqualTo(new DrillResult(9, 10, 0.5, 1.0, 1.0, 55, 0));
    assertThat(result.passed()).isFalse();
    assertThat(DrillResult.of(rounds.subList(3, 10), 0).passed()).isTrue();
    assertThat(DrillResult.of(rounds.subList(3, 10), 1).passed()).isFalse();
  }
}
