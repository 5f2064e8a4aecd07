package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Environment.Prices;
import dev.opsagent.outside.ServiceRuntime.Allotment;
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
  private Answer<List<Reading>> readings = new Answer.Ok<>(List.of());
  private Allotment limits = new Allotment(Optional.of(1.0), Optional.of(512 * MEBIBYTE));
  private Duration busy = Duration.ZERO;
  private int asked;
  private Duration takes = Duration.ZERO;
  private final Sampling sampling =
      new Sampling(
          pace,
          () -> {
            asked++;
            pace.await(takes);
            return readings;
          });

  /** A second in which so many processors are busy. */
  private void second(double processors, long memory) {
    busy = busy.plusNanos((long) (processors * 1e9));
    second(new Reading(Optional.empty(), "local/web", new Usage(busy, memory), limits));
  }

  /** A second at whose begin this is read. */
  private void second(Reading... told) {
    readings = new Answer.Ok<>(List.of(told));
    sampling.take();
    pace.await(Duration.ofSeconds(1));
  }

  /** What is read of a container of a service, which has been busy for so long. */
  private Reading of(String service, String container, Duration cpu, long memory) {
    return new Reading(Optional.of(service), container, new Usage(cpu, memory), limits);
  }

  private UsageSamples samples() {
    return sampling.services().getFirst();
  }

  private List<Deliverable> found() {
    var sizing =
        new RightSizing(
            "local/web", Optional.of(new Prices("EUR", Optional.of(20.0), Optional.empty())));
    return sampling.services().stream()
        .flatMap(service -> sizing.of(service, Instant.EPOCH).stream())
        .toList();
  }

  private List<ResourceRecommendation> recommended() {
    return found().stream()
        .filter(ResourceRecommendation.class::isInstance)
        .map(ResourceRecommendation.class::cast)
        .toList();
  }

  @Test
  void muchLessThanTheLimitIsOverProvisionedAndCostsLess() {
    for (int i = 0; i < 30; i++) {
      second(0.1, 40 * MEBIBYTE);
    }

    List<ResourceRecommendation> found = recommended();

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

    assertThat(recommended())
        .allMatch(it -> it.finding() == Finding.STARVING && it.recommended() > it.limit())
        .hasSize(2);
  }

  @Test
  void aLimitThatFitsIsLeftAlone() {
    for (int i = 0; i < 10; i++) {
      second(0.7, 300 * MEBIBYTE);
    }
    assertThat(recommended()).isEmpty();
    assertThat(found())
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
    assertThat(recommended()).allMatch(it -> it.finding() == Finding.OVER_PROVISIONED).hasSize(2);
  }

  @Test
  void aServiceThatWasStartedAgainIsNotSaidToGiveTimeBack() {
    for (int i = 0; i < 10; i++) {
      if (i == 5) {
        busy = Duration.ZERO;
      }
      second(0.7, 300 * MEBIBYTE);
    }
    assertThat(samples().cpus().orElseThrow()).isBetween(0.69, 0.71);
  }

  @Test
  void fewSamplesAndNoLimitSayNothing() {
    for (int i = 0; i < RightSizing.LEAST_SAMPLES - 1; i++) {
      second(0.1, MEBIBYTE);
    }
    assertThat(found()).isEmpty();
    limits = new Allotment(Optional.empty(), Optional.empty());
    second(0.1, MEBIBYTE);
    assertThat(found()).hasOnlyElementsOfType(PerformanceMetrics.class).hasSize(1);
  }

  @Test
  void aRuntimeThatCannotTellIsNotAskedAgainAndNobodyIsAskedTwiceInASecond() {
    second(0.1, MEBIBYTE);
    sampling.take();
    sampling.take();
    pace.await(Duration.ofMillis(999));
    sampling.take();
    assertThat(asked).isEqualTo(2);
    assertThat(samples().count()).isEqualTo(2);

    readings = new Answer.No<>(Failure.of(ReasonCode.TOOL_FAILED, "look", "gone", ""));
    pace.await(Duration.ofSeconds(1));
    sampling.take();
    pace.await(Duration.ofSeconds(1));
    sampling.take();
    assertThat(asked).isEqualTo(3);
    assertThat(samples().count()).isEqualTo(2);
  }

  @Test
  void whatAServiceUsesIsComparedWithItsOwnLimitsAndNeverMixedWithAnother() {
    for (int i = 0; i < 10; i++) {
      Reading idle = of("web", "web@1", Duration.ofMillis(20L * i), 40 * MEBIBYTE);
      Usage much = new Usage(Duration.ofMillis(970L * i), 60 * MEBIBYTE);
      Allotment tight = new Allotment(Optional.of(1.0), Optional.of(64 * MEBIBYTE));
      Allotment none = new Allotment(Optional.empty(), Optional.empty());
      second(
          new Reading(Optional.of("worker"), "worker@1", much, tight),
          idle,
          new Reading(Optional.of("free"), "free@1", much, none));
    }

    assertThat(found())
        .filteredOn(PerformanceMetrics.class::isInstance)
        .extracting(it -> ((PerformanceMetrics) it).service().orElse(""))
        .containsExactly("free", "web", "worker");
    assertThat(recommended())
        .allMatch(it -> it.subject().equals("local/web"))
        .extracting(it -> it.service().orElse("") + " " + it.finding())
        .containsExactly(
            "web OVER_PROVISIONED", "web OVER_PROVISIONED", "worker STARVING", "worker STARVING");
    assertThat(found()).extracting(Deliverable::about).contains("local/web web", "local/web free");
  }

  @Test
  void ofTheContainersOfAServiceTheOneThatUsesMostCounts() {
    for (int i = 0; i < 10; i++) {
      Duration all = Duration.ofSeconds(i);
      // The first has run for long, and does little now.
      second(
          of("web", "one", Duration.ofHours(1).plus(all.dividedBy(10)), 40 * MEBIBYTE),
          of("web", "two", all.dividedBy(2), 30 * MEBIBYTE));
    }

    assertThat(sampling.services()).hasSize(1);
    assertThat(samples().count()).isEqualTo(10);
    assertThat(samples().cpus().orElseThrow()).isBetween(0.499, 0.501);
    assertThat(samples().memory()).hasValue(40.0 * MEBIBYTE);
  }

  @Test
  void aContainerThatEndsOrIsStartedAgainBetweenTwoSamplesGivesNoWildNumbers() {
    for (int i = 0; i < 12; i++) {
      Duration busyFor = Duration.ofMillis(100L * i);
      Reading steady = of("web", "steady", busyFor, 40 * MEBIBYTE);
      // Gone for a second; then it is another start, which counts from nothing or from much.
      Reading other =
          of("web", i < 5 ? "old" : "new", i < 5 ? busyFor : busyFor.plusHours(1), MEBIBYTE);
      if (i == 5) {
        second(steady);
      } else {
        second(steady, other);
      }
    }

    assertThat(samples().count()).isEqualTo(12);
    assertThat(samples().cpus().orElseThrow()).isBetween(0.099, 0.101);
  }

  @Test
  void aServiceThatWasGoneForAWhileIsCountedOverTheWholeTime() {
    for (int i = 0; i < 10; i++) {
      Reading web = of("web", "web", Duration.ofMillis(100L * i), MEBIBYTE);
      Reading worker = of("worker", "worker", Duration.ofMillis(100L * i), MEBIBYTE);
      if (i % 3 == 1) {
        second(web);
      } else {
        second(web, worker);
      }
    }

    UsageSamples worker = sampling.services().getLast();
    assertThat(worker.count()).isEqualTo(7);
    assertThat(worker.cpus().orElseThrow()).isBetween(0.099, 0.101);
  }

  @Test
  void theTimeOfASampleIsWhenItIsTold() {
    for (int i = 0; i < 10; i++) {
      // Now the engine answers at once, and now after a second, with what is used by then.
      takes = Duration.ofSeconds(i % 2);
      Duration by = Duration.ofNanos(pace.nanoTime()).plus(takes);
      second(of("web", "web", by.dividedBy(2), MEBIBYTE));
    }

    assertThat(samples().cpus().orElseThrow()).isBetween(0.499, 0.501);
  }

  @Test
  void whatTakesLongToBeToldIsNoSample() {
    second(of("web", "web", Duration.ZERO, MEBIBYTE));
    takes = Duration.ofSeconds(4);
    second(of("web", "web", Duration.ofHours(1), MEBIBYTE));
    takes = Duration.ZERO;
    second(of("web", "web", Duration.ofSeconds(3), MEBIBYTE));

    assertThat(samples().count()).isEqualTo(2);
    assertThat(samples().cpus().orElseThrow()).isBetween(0.499, 0.501);
  }
}
