package dev.opsagent.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.MetricQueries;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.testing.ManualPace;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When metrics are asked, and for how long; what is decided, {@code MetricDecisionsTest} shows. */
final class MetricVerificationTest {
  private static final Target TARGET = new Target("local", "web");
  private static final URI SERVER = URI.create("http://127.0.0.1:9090");

  private final ManualPace pace = new ManualPace();
  private final List<String> asked = new ArrayList<>();
  private Duration answersAfter = Duration.ZERO;
  private double value = 1;
  private int failures;

  @Test
  void evaluationsComeEvenlyAndTheLastAtTheEndOfTheWindow() throws InterruptedException {
    assertThat(judge(check("a", 3, 60))).isInstanceOf(MetricVerdict.Good.class);
    assertThat(asked).containsExactly("10 a", "20 a", "30 a", "40 a", "50 a", "60 a");
  }

  @Test
  void checksAreWatchedSideBySide() throws InterruptedException {
    assertThat(judge(check("a", 1, 60), check("b", 1, 20))).isInstanceOf(MetricVerdict.Good.class);
    assertThat(asked).containsExactly("10 b", "20 b", "30 a", "60 a");
  }

  @Test
  void whatIsBadEndsTheWatchAtOnce() throws InterruptedException {
    value = 3;
    assertThat(judge(check("a", 3, 60))).isInstanceOf(MetricVerdict.Bad.class);
    assertThat(asked).containsExactly("10 a");
  }

  @Test
  void aFewAnswersMayBeMissingButNotTheLast() throws InterruptedException {
    failures = 3;
    assertThat(judge(check("a", 3, 60))).isInstanceOf(MetricVerdict.Good.class);
    failures = 4;
    assertThat(judge(check("a", 3, 60))).isInstanceOf(MetricVerdict.Inconclusive.class);
  }

  @Test
  void aWatchThatIsCutShortNeverPasses() throws InterruptedException {
    answersAfter = Duration.ofSeconds(5);
    assertThat(judge(check("a", 2, 4)))
        .isInstanceOfSatisfying(
            MetricVerdict.Inconclusive.class,
            it -> assertThat(it.cause()).contains("was cut short after 2 samples"));
    assertThat(pace.nanoTime()).isLessThanOrEqualTo(Duration.ofSeconds(14).toNanos());
  }

  @Test
  void aBaselineIsMeasuredWithTheVersionThatRunsAndKeptInTheFacts() throws InterruptedException {
    value = 0.5;
    failures = 2;
    MetricVerification verification = verification(compared());
    Facts facts = verification.baselines(TARGET, Optional.of("1.0.0"));

    assertThat(facts).isEqualTo(Facts.of(Map.of("baseline.a", "0.5")));
    assertThat(asked).last().isEqualTo("2 errors{version=\"1.0.0\"}");
    value = 0.6;
    assertThat(verification.judge(TARGET, "1.0.1", facts)).isInstanceOf(MetricVerdict.Good.class);
    assertThat(asked).last().isEqualTo("62 errors{version=\"1.0.1\"}");
    value = 0.61;
    assertThat(verification.judge(TARGET, "1.0.1", facts))
        .isInstanceOfSatisfying(
            MetricVerdict.Bad.class, it -> assertThat(it.code()).isEqualTo(ReasonCode.DEGRADED));
  }

  @Test
  void aBaselineThatCannotBeMeasuredIsNotGuessed() throws InterruptedException {
    failures = 3;
    MetricVerification verification = verification(compared());
    Facts facts = verification.baselines(TARGET, Optional.of("1.0.0"));

    assertThat(asked).hasSize(3);
    assertThat(verification.judge(TARGET, "1.0.1", facts))
        .isInstanceOfSatisfying(
            MetricVerdict.Inconclusive.class,
            it -> assertThat(it.cause()).contains("has no baseline: before the change, no data"));
  }

  @Test
  void fromZeroNothingIsAllowedAndFromBelowZeroASmallerShareToo() {
    assertThat(new MetricCheck.Baseline(0.2).limit(0)).isZero();
    assertThat(new MetricCheck.Baseline(0.25).limit(-4)).isEqualTo(-3);
  }

  @Test
  void whatIsPutIntoAQueryCannotEndItsString() {
    MetricCheck check = check("up{version=\"{version}\"}", 1, 60);
    assertThat(check.query(Map.of("version", "1\"} or vector(0) \\")))
        .isEqualTo("up{version=\"1\\\"} or vector(0) \\\\\"}");
  }

  private MetricVerdict judge(MetricCheck... checks) throws InterruptedException {
    asked.clear();
    return verification(checks).judge(TARGET, "1.0.1", Facts.NONE);
  }

  private MetricVerification verification(MetricCheck... checks) {
    return new MetricVerification(this::evaluate, SERVER, List.of(checks), pace);
  }

  private Answer<MetricQueries.Sample> evaluate(URI server, String query, Duration timeout) {
    asked.add(Duration.ofNanos(pace.nanoTime()).toSeconds() + " " + query);
    pace.await(answersAfter.compareTo(timeout) < 0 ? answersAfter : timeout);
    if (failures > 0) {
      failures--;
      return new Answer.No<>(Failure.of(ReasonCode.INCONCLUSIVE, "ask", "no data", ""));
    }
    Instant at = Instant.EPOCH.plusNanos(pace.nanoTime());
    return new Answer.Ok<>(new MetricQueries.Sample(value, at));
  }

  private static MetricCheck check(String query, int samples, int seconds) {
    return new MetricCheck(
        query.replaceAll("\\W", ""),
        query,
        Optional.of(2.0),
        Optional.empty(),
        Optional.empty(),
        Optional.of(samples),
        Optional.of(Duration.ofSeconds(seconds)));
  }

  private static MetricCheck compared() {
    return new MetricCheck(
        "a",
        "errors{version=\"{version}\"}",
        Optional.empty(),
        Optional.empty(),
        Optional.of(new MetricCheck.Baseline(0.2)),
        Optional.empty(),
        Optional.empty());
  }
}
