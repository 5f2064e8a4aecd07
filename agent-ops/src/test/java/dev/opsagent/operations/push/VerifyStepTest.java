package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Health.Http;
import dev.opsagent.operations.Verification;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.HealthProbe.Page;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.ManualPace;
import dev.opsagent.testing.WatchedRuntime;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerifyStepTest {
  private final ManualPace pace = new ManualPace();
  private final List<URI> asked = new ArrayList<>();
  private int healthyFrom = 1;
  private int sickFrom = Integer.MAX_VALUE;
  private Optional<Duration> latency = Optional.empty();
  private final List<Duration> timeouts = new ArrayList<>();
  private String running = "sha512-ours";

  @Test
  void aServiceMayTakeItsTimeToStart() {
    healthyFrom = 3;

    assertThat(apply(20, Duration.ofSeconds(60)))
        .isEqualTo(
            new Outcome.Applied(
                Facts.NONE,
                List.of(
                    new DeploymentStatus(
                        "process",
                        "1.0.1",
                        "sha512-ours",
                        Optional.of("http://127.0.0.1:8080"),
                        true))));
    assertThat(asked).hasSize(3).contains(URI.create("http://127.0.0.1:8080/health"));
    assertThat(pace.nanoTime()).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void theAttemptsAreLimited() {
    healthyFrom = 100;

    assertUnhealthy(apply(5, Duration.ofSeconds(60)), "status 503; its log ends: starting | boom");
    assertThat(asked).hasSize(5);
  }

  @Test
  void theDeadlineEndsTheAttempts() {
    healthyFrom = 100;

    assertUnhealthy(apply(1000, Duration.ofSeconds(3)), "status 503");
    assertThat(asked).hasSize(6);
  }

  @Test
  void anOlderReleaseThatHoldsThePortDoesNotPass() {
    running = "sha512-older";

    assertUnhealthy(apply(3, Duration.ofSeconds(60)), "the release does not run");
  }

  @Test
  void aServiceMustGoOnServingForAsLongAsIsAsked() {
    assertThat(apply(3, Duration.ofSeconds(60), Optional.of(Duration.ofSeconds(10))))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(asked).hasSize(21);
    assertThat(pace.nanoTime()).isEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void aServiceThatStopsServingSoonAfterItsStartDoesNotPass() {
    sickFrom = 4;

    assertUnhealthy(
        apply(3, Duration.ofSeconds(60), Optional.of(Duration.ofSeconds(10))),
        "it served for a while, and then no more: status 503");
    assertThat(asked).hasSize(4);
  }

  @Test
  void everyAnswerMustBeThereWithinTheLatency() {
    latency = Optional.of(Duration.ofMillis(500));

    assertThat(apply(3, Duration.ofSeconds(60), Optional.of(Duration.ofSeconds(2))))
        .isInstanceOf(Outcome.Applied.class);
    assertThat(timeouts).hasSize(5).containsOnly(Duration.ofMillis(500));
  }

  @Test
  void nothingAskedIsNothingPassed() {
    assertUnhealthy(apply(3, Duration.ZERO), "it was never asked");
  }

  private static void assertUnhealthy(Outcome outcome, String cause) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure().code()).isEqualTo(ReasonCode.UNHEALTHY);
              assertThat(failed.failure().cause()).contains(cause);
            });
  }

  private Outcome apply(int attempts, Duration deadline) {
    return apply(attempts, deadline, Optional.empty());
  }

  private Outcome apply(int attempts, Duration deadline, Optional<Duration> soak) {
    var health =
        new Health(
            Optional.of(
                new Http(
                    Optional.of("/health"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    latency)),
            Optional.empty(),
            Optional.of(attempts),
            Optional.empty(),
            Optional.of(deadline),
            soak,
            Optional.empty());
    var deploy =
        new Deploy(
            "process",
            Optional.empty(),
            Optional.of(8080),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    var step =
        new VerifyStep(
            new Deployment(new OneService(), deploy), new Verification(new Moody(), health, pace));
    return new GuardedStep("verify", Optional.empty(), step).apply(context());
  }

  private static StepContext context() {
    return SampleRelease.context(
        Optional.empty(),
        Map.of(PackStep.INTEGRITY, "sha512-ours", Deployment.ADDRESS, "http://127.0.0.1:8080"));
  }

  /** A service that is healthy from some attempt on. */
  private final class Moody implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
      asked.add(uri);
      timeouts.add(timeout);
      return asked.size() >= healthyFrom && asked.size() < sickFrom
          ? new Answer.Ok<>(true)
          : new Answer.No<>(Failure.passing(ReasonCode.UNHEALTHY, "ask " + uri, "status 503", ""));
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration timeout) {
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
          Optional.of(
              new Running("1.0.1", running, "task-1", "1", Optional.empty(), Optional.empty())));
    }

    @Override
    public String log(String target) {
      return "starting\nboom\u001b[31m\n\n";
    }
  }
}
