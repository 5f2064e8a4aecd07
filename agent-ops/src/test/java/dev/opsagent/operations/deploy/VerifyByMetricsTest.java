package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.deploy.Sight.Next;
import dev.opsagent.operations.deploy.Sight.Terms;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.MetricQueries;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ManualPace;
import dev.opsagent.testing.WatchedRuntime;
import dev.opsagent.tools.git.GitRepository;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What metrics say counts only of a release that goes on serving meanwhile. */
final class VerifyByMetricsTest {
  private static final String DIGEST = "sha256:" + "1".repeat(64);

  private final ManualPace pace = new ManualPace();
  private Optional<String> identity = Optional.of("first");
  private Runnable meanwhile = () -> {};
  private boolean measured = true;
  private boolean serves = true;

  @Test
  void aReleaseWhoseMetricsAreGoodIsVerifiedAndTheProofSaysByWhich() {
    assertThat(apply())
        .isInstanceOfSatisfying(
            Outcome.Applied.class,
            applied -> {
              assertThat(applied.deliverables()).containsExactly(status());
              assertThat(applied.facts().proofs())
                  .containsExactly("the metric up was 1.0 to 1.0 in 6 samples, at least 1.0 (up)");
            });
  }

  @Test
  void whatNobodyCanSayIsHandedToAPerson() {
    measured = false;
    assertThat(apply())
        .isInstanceOfSatisfying(
            Outcome.Inconclusive.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.INCONCLUSIVE);
              assertThat(it.failure().fix()).contains("done", "undone", "continue");
            });
  }

  @Test
  void aReleaseThatEndsWhileItIsMeasuredHasFailedWhateverTheMetricsSay() {
    meanwhile = () -> identity = Optional.empty();
    assertUnhealthy(apply());
    measured = false;
    identity = Optional.of("first");
    assertUnhealthy(apply());
  }

  @Test
  void aReleaseThatIsStartedAgainWhileItIsMeasuredHasFailed() {
    meanwhile = () -> identity = Optional.of("second");
    assertUnhealthy(apply());
  }

  @Test
  void aReleaseThatStopsServingWhileItIsMeasuredHasFailed() {
    meanwhile = () -> serves = false;
    assertUnhealthy(apply());
  }

  @Test
  void whatAPersonAcceptsIsVerifiedOnlyIfItRuns() {
    assertThat(step().probe(context()))
        .isEqualTo(new Probe.Satisfied(Facts.NONE, List.of(status())));
    identity = Optional.empty();
    assertThat(step().probe(context())).isEqualTo(new Probe.Missing());
  }

  private static void assertUnhealthy(Outcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure().code()).isEqualTo(ReasonCode.UNHEALTHY);
              assertThat(failed.failure().cause()).contains("served for a while");
            });
  }

  private Outcome apply() {
    return step().apply(context());
  }

  private GuardedStep step() {
    Service service = new Service(new OneService(), Optional.of(8080));
    return new GuardedStep(
        "verify", Optional.empty(), new VerifyStep(service, adapters(), Expected::isRelease));
  }

  private Adapters adapters() {
    return new Adapters(
        () -> Environments.undeclared(List.of("local")),
        Map.of(),
        _ -> {
          throw new AssertionError("no image is asked for");
        },
        Map.of(),
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        new Open(),
        _ -> new Answer.Ok<>(Optional.empty()),
        this::evaluate,
        new NoWorkspaces(),
        pace);
  }

  private Answer<MetricQueries.Sample> evaluate(URI server, String query, Duration timeout) {
    meanwhile.run();
    return measured
        ? new Answer.Ok<>(new MetricQueries.Sample(1, Instant.EPOCH.plusNanos(pace.nanoTime())))
        : new Answer.No<>(Failure.of(ReasonCode.INCONCLUSIVE, "ask", "no data", ""));
  }

  private static StepContext context() {
    String yaml =
        """
        {taskId: t-1, operation: deploy, target: {environment: local, service: web},
         parameters: {port: 8080}, requestedBy: pm}
        """;
    TaskDispatch task = Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
    MetricCheck up =
        new MetricCheck(
            "up",
            "up",
            Optional.empty(),
            Optional.of(1.0),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Health health =
        new Health(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(List.of(up)));
    Terms terms =
        new Terms(
            health,
            Duration.ofMinutes(5),
            Optional.empty(),
            Optional.empty(),
            Optional.of(URI.create("http://127.0.0.1:9090")),
            Optional.empty(),
            Optional.empty());
    Sight sight =
        new Sight(
            "docker",
            Optional.empty(),
            Optional.of(new Next("1", DIGEST)),
            Optional.empty(),
            Optional.empty(),
            terms);
    return new StepContext(
        task, sight.facts(), Optional.empty(), () -> {}, _ -> {}, Duration.ofMinutes(5));
  }

  private static DeploymentStatus status() {
    return new DeploymentStatus("docker", "1", DIGEST, Optional.of("http://127.0.0.1:8080"), true);
  }

  private final class Open implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
      throw new AssertionError("nobody asked for it");
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration timeout) {
      return serves
          ? new Answer.Ok<>(true)
          : new Answer.No<>(Failure.of(ReasonCode.UNREACHABLE, "connect", "refused", ""));
    }
  }

  private final class OneService extends WatchedRuntime {
    OneService() {
      super("docker");
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return new Answer.Ok<>(
          identity.map(
              it -> new Running("1", DIGEST, "t-1", it, Optional.empty(), Optional.empty())));
    }
  }

  private static final class NoWorkspaces implements Workspaces {
    @Override
    public Path of(String taskId) {
      throw new AssertionError("no workspace is needed");
    }

    @Override
    public void delete(String taskId) {
      throw new AssertionError("nothing is deleted");
    }
  }
}
