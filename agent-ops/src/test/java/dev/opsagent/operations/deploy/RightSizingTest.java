package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.PerformanceMetrics;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Finding;
import dev.opsagent.protocol.Deliverable.ResourceRecommendation.Resource;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.ManualPace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a service should be allowed to use, from what it was seen to use. */
class RightSizingTest {
  private static final long MEBIBYTE = 1L << 20;

  private final ManualPace pace = new ManualPace();
  private Answer<Optional<Usage>> usage = new Answer.Ok<>(Optional.empty());
  private Duration busy = Duration.ZERO;
  private int asked;
  private final UsageSamples samples =
      new UsageSamples(
          pace,
          () -> {
            asked++;
            return usage;
          });

  /** A second in which so many processors are busy. */
  private void second(double processors, long memory) {
    busy = busy.plusNanos((long) (processors * 1e9));
    usage = new Answer.Ok<>(Optional.of(new Usage(busy, memory)));
    samples.take();
    pace.await(Duration.ofSeconds(1));
  }

  private static RightSizing limits(double cpus, long memory) {
    return new RightSizing(
        "local/web",
        Optional.of(cpus),
        Optional.of(memory),
        Optional.of(new Prices("EUR", Optional.of(20.0), Optional.empty())));
  }

  private List<ResourceRecommendation> recommended(RightSizing sizing) {
    return sizing.of(samples, Instant.EPOCH).stream()
        .filter(ResourceRecommendation.class::isInstance)
        .map(ResourceRecommendation.class::cast)
        .toList();
  }

  @Test
  void muchLessThanTheLimitIsOverProvisionedAndCostsLess() {
    for (int i = 0; i < 30; i++) {
      second(0.1, 40 * MEBIBYTE);
    }

    List<ResourceRecommendation> found = recommended(limits(1, 512 * MEBIBYTE));

    assertThat(found)
        .extracting(ResourceRecommendation::resource)
        .containsExactly(Resource.CPUS, Resource.MEMORY);
    assertThat(found).allMatch(it -> it.finding() == Finding.OVER_PROVISIONED);
    ResourceRecommendation cpus = found.getFirst();
    assertThat(cpus.used()).isBetween(0.0999, 0.1001);
    assertThat(cpus.recommended()).isBetween(0.1499, 0.1501);
    assertThat(cpus.samples()).isEqualTo(30);
    assertThat(cpus.costPerMonth()).contains(20.0);
    assertThat(cpus.recommendedCostPerMonth().orElseThrow()).isBetween(2.999, 3.001);
    assertThat(cpus.currency()).contains("EUR");
    ResourceRecommendation memory = found.getLast();
    assertThat(memory.recommended()).isEqualTo(64.0 * MEBIBYTE);
    assertThat(memory.costPerMonth()).isEmpty();
    assertThat(memory.currency()).isEmpty();
  }

  @Test
  void nearlyAllOfTheLimitIsStarving() {
    for (int i = 0; i < 10; i++) {
      second(0.97, 500 * MEBIBYTE);
    }

    assertThat(recommended(limits(1, 512 * MEBIBYTE)))
        .allMatch(it -> it.finding() == Finding.STARVING && it.recommended() > it.limit())
        .hasSize(2);
  }

  @Test
  void aLimitThatFitsIsLeftAlone() {
    for (int i = 0; i < 10; i++) {
      second(0.7, 300 * MEBIBYTE);
    }
    assertThat(recommended(limits(1, 512 * MEBIBYTE))).isEmpty();
    assertThat(limits(1, 512 * MEBIBYTE).of(samples, Instant.EPOCH))
        .singleElement()
        .isInstanceOfSatisfying(
            PerformanceMetrics.class,
            it ->
                assertThat(it.figures())
                    .containsOnlyKeys("cpu_p95_processors", "memory_p95_bytes"));
  }

  @Test
  void aSpikeInOneOfManySamplesCountsForNothing() {
    for (int i = 0; i < 40; i++) {
      second(i == 20 ? 1 : 0.1, i == 20 ? 500 * MEBIBYTE : 40 * MEBIBYTE);
    }
    assertThat(recommended(limits(1, 512 * MEBIBYTE)))
        .allMatch(it -> it.finding() == Finding.OVER_PROVISIONED)
        .hasSize(2);
  }

  @Test
  void aServiceThatWasStartedAgainIsNotSaidToGiveTimeBack() {
    for (int i = 0; i < 10; i++) {
      if (i == 5) {
        busy = Duration.ZERO;
      }
      second(0.7, 300 * MEBIBYTE);
    }
    assertThat(samples.cpus().orElseThrow()).isBetween(0.69, 0.71);
  }

  @Test
  void fewSamplesAndNoLimitSayNothing() {
    for (int i = 0; i < RightSizing.LEAST_SAMPLES - 1; i++) {
      second(0.1, MEBIBYTE);
    }
    assertThat(limits(1, 512 * MEBIBYTE).of(samples, Instant.EPOCH)).isEmpty();
    second(0.1, MEBIBYTE);
    List<Deliverable> unlimited =
        new RightSizing("local/web", Optional.empty(), Optional.empty(), Optional.empty())
            .of(samples, Instant.EPOCH);
    assertThat(unlimited).hasOnlyElementsOfType(PerformanceMetrics.class).hasSize(1);
  }

  @Test
  void aRuntimeThatCannotTellIsNotAskedAgainAndNobodyIsAskedTwiceInASecond() {
    usage = new Answer.No<>(Failure.of(ReasonCode.TOOL_FAILED, "look", "gone", ""));
    samples.take();
    pace.await(Duration.ofSeconds(1));
    samples.take();
    assertThat(asked).isEqualTo(1);

    UsageSamples others =
        new UsageSamples(
            pace,
            () -> {
              asked++;
              return new Answer.Ok<>(Optional.of(new Usage(Duration.ZERO, 1)));
            });
    others.take();
    others.take();
    pace.await(Duration.ofMillis(999));
    others.take();
    assertThat(others.count()).isEqualTo(1);
  }
}
