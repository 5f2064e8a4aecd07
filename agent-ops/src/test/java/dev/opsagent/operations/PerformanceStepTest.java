package dev.opsagent.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Health.Http;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ManualPace;
import dev.opsagent.testing.WatchedRuntime;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

final class PerformanceStepTest {
  private static final String BOTH = "{p95LatencyMillis: 200, errorRate: 0.05}";

  private final ManualPace pace = new ManualPace();
  private final List<URI> asked = new ArrayList<>();
  private IntFunction<Came> service = _ -> Came.after(100);
  private Optional<String> identity = Optional.of("first");
  private Duration timeout = Duration.ofMinutes(10);

  /** What a request comes to. */
  private record Came(Duration took, Optional<ReasonCode> failure) {
    static Came after(long millis) {
      return new Came(Duration.ofMillis(millis), Optional.empty());
    }

    Came as(ReasonCode code) {
      return new Came(took, Optional.of(code));
    }
  }

  @Test
  void whatWasMeasuredIsToldOfEachRequirement() {
    service = request -> Came.after(request <= 95 ? 200 : 900);

    assertThat(results(apply(BOTH)))
        .containsExactly(
            new RequirementResult(
                Requirement.P95_LATENCY,
                "at most 200 ms",
                "200 ms, the 95th percentile of 100 answers",
                true,
                "check-performance"),
            new RequirementResult(
                Requirement.ERROR_RATE,
                "at most 0.05 of all requests",
                "0 of 100 requests failed",
                true,
                "check-performance"));
    assertThat(asked).hasSize(100).containsOnly(URI.create("http://127.0.0.1:8080/health?deep=1"));
  }

  @Test
  void onlyWhatIsDemandedIsTold() {
    assertThat(results(apply("{errorRate: 0, minimumSamples: 20, buildTime: PT1M}")))
        .extracting(RequirementResult::requirement)
        .containsExactly(Requirement.ERROR_RATE);
    assertThat(asked).hasSize(20);
  }

  @Test
  void aSixthSlowAnswerOfAHundredIsOneTooManyAndEndsTheMeasurement() {
    service = request -> Came.after(request <= 6 ? 201 : 1);

    assertFailed(apply(BOTH), "6 of 6 requests took longer than 200 ms");
    assertThat(asked).hasSize(6);
  }

  @Test
  void anErrorRateIsKeptToTheRequest() {
    service = request -> request % 20 == 0 ? Came.after(1).as(ReasonCode.UNHEALTHY) : Came.after(1);
    assertThat(apply("{errorRate: 0.05}")).isInstanceOf(Outcome.Applied.class);

    assertFailed(apply("{errorRate: 0.04}"), "5 of 100 requests failed, more than 0.04");
  }

  @Test
  void aRequestThatIsGivenUpIsASlowOneAndAnError() {
    service = _ -> Came.after(10_000).as(ReasonCode.TIMEOUT);

    assertFailed(apply("{p95LatencyMillis: 10000, errorRate: 0.01}"), "2 of 2 requests failed");
    assertFailed(apply("{p95LatencyMillis: 9999}"), "6 of 6 requests took longer");
  }

  @Test
  void answersThatAreMissingAreNoFastOnes() {
    service = request -> request == 7 ? Came.after(0).as(ReasonCode.UNREACHABLE) : Came.after(1);

    assertInconclusive(apply("{p95LatencyMillis: 200}"), "99 of 100 requests were answered");
  }

  @Test
  void tooFewSamplesNeverPass() {
    timeout = Duration.ofSeconds(31);

    assertInconclusive(apply(BOTH), "there was time for 9 of 100 requests only");
  }

  @Test
  void aServiceThatEndsOrIsStartedAgainMeanwhileHasFailed() {
    pace.meanwhile = () -> identity = Optional.of("second");
    assertFailed(apply(BOTH), "it ended, or was started again");

    pace.meanwhile = () -> identity = Optional.empty();
    identity = Optional.of("first");
    assertFailed(apply(BOTH), "it ended, or was started again");
    assertFailed(apply(BOTH), "it does not run any more");
  }

  @Test
  void whatAPersonAcceptsIsToldAsNotMeasured() {
    assertThat(step().probe(context(BOTH)))
        .isInstanceOfSatisfying(
            Probe.Satisfied.class,
            it ->
                assertThat(it.deliverables())
                    .hasSize(2)
                    .allSatisfy(
                        one -> assertThat(((RequirementResult) one).satisfied()).isFalse()));
    identity = Optional.empty();
    assertThat(step().probe(context(BOTH))).isEqualTo(new Probe.Missing());
  }

  @Test
  void aTaskThatDemandsNothingOfTheKindIsNotMeasured() {
    assertThat(PerformanceStep.planned(task("{buildTime: PT1M}"), "1.0.0")).isEmpty();
    assertThat(PerformanceStep.planned(task("{errorRate: 0.5}"), "1.0.0"))
        .map(PlannedStep::timeout)
        .contains(Duration.ofSeconds(132));
  }

  private static void assertFailed(Outcome outcome, String cause) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.UNHEALTHY);
              assertThat(it.failure().cause()).contains(cause);
            });
  }

  private static void assertInconclusive(Outcome outcome, String cause) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Inconclusive.class, it -> assertThat(it.failure().cause()).contains(cause));
  }

  private static List<RequirementResult> results(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    List<Deliverable> all = ((Outcome.Applied) outcome).deliverables();
    return all.stream().map(RequirementResult.class::cast).toList();
  }

  private Outcome apply(String performance) {
    asked.clear();
    return step().apply(context(performance));
  }

  private GuardedStep step() {
    Http page =
        new Http(
            Optional.of("/health?deep=1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Service one = new Service(new OneService(), Optional.of(8080));
    return new GuardedStep(
        "measure",
        Optional.empty(),
        new PerformanceStep(one, new Timed(), Optional.of(page), pace));
  }

  private StepContext context(String performance) {
    return new StepContext(
        task(performance), Facts.NONE, Optional.empty(), () -> {}, _ -> {}, timeout);
  }

  private static TaskDispatch task(String performance) {
    String yaml =
        """
        {taskId: t-1, operation: deploy, target: {environment: local, service: web},
         requirements: {performance: %s}, requestedBy: pm}
        """
            .formatted(performance);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private final class Timed implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration limit) {
      asked.add(uri);
      Came came = service.apply(asked.size());
      Runnable world = pace.meanwhile;
      pace.meanwhile = () -> {};
      pace.await(came.took());
      pace.meanwhile = world;
      return came.failure()
          .<Answer<Boolean>>map(it ->
              new Answer.No<>(Failure.passing(it, "get " + uri, "it did not answer well", "")))
          .orElseGet(() -> new Answer.Ok<>(true));
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration limit) {
      throw new AssertionError("nobody asked for it");
    }
  }

  private final class OneService extends WatchedRuntime {
    OneService() {
      super("process");
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return new Answer.Ok<>(
          identity.map(
              it -> new Running("1", "sha512-1", "t-1", it, Optional.empty(), Optional.empty())));
    }
  }
}
