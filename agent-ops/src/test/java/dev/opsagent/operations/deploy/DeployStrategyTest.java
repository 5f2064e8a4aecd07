package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a release takes the place of the one before, and what is measured of it. */
final class DeployStrategyTest extends DeployWorld {
  @Test
  void aStrategyIsOneThatEnvironmentAndRuntimeKnow() {
    environment = with(Kind.STAGING, RuntimeKind.DOCKER, Limits.DEFAULT);
    assertThat(refused("{image: 'web:1', strategy: blue-green}"))
        .contains("parameters.strategy", "which local does not allow");
    environment = Environment.undeclared("local");
    assertThat(refused("{image: 'web:1', strategy: blue-green}")).isEmpty();
    assertThat(refused("{package: {name: web, version: 1.0.0}, strategy: blue-green}"))
        .contains("parameters.strategy", "which the runtime process cannot do");
    assertThat(terms("image: web:1").isBeside()).isFalse();
    assertThat(terms("{image: 'web:1', strategy: blue-green}").isBeside()).isTrue();
  }

  @Test
  void onlyABlueGreenDeploymentHasAReleaseToRetire() {
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");
    environment = Environment.undeclared("local");
    assertThat(steps("image: web:1")).containsExactly("validate", "deploy", "verify");
    assertThat(steps("{image: 'web:1', strategy: blue-green}"))
        .containsExactly("validate", "deploy", "verify", "retire");
    running = Optional.empty();
    assertThat(steps("{image: 'web:1', strategy: blue-green}"))
        .containsExactly("validate", "deploy", "verify");
  }

  @Test
  void metricsAreAskedOfTheServerThatTheEnvironmentNamesAndOfNoOther() {
    String own = "{image: 'web:1', health: {metrics: [{name: up, query: up, min: 1}]}}";
    assertThat(refused(own)).contains("parameters.health.metrics need an environment");

    measured();
    assertThat(refused(own)).isEmpty();
    assertThat(refused(own.replace("query: up", "query: 'up{job=\"{servce}\"}'")))
        .contains("parameters.health.metrics[0].query holds the unknown placeholder {servce}");
    assertThat(terms(own).prometheus()).contains(URI.create("http://127.0.0.1:9090"));
    assertThat(terms(own).health().checks()).extracting(MetricCheck::query).containsExactly("up");
    assertThat(terms("image: web:1").health().checks()).isEqualTo(metrics);
  }

  @Test
  void anEnvironmentThatHasLostItsServerMeanwhileStopsTheTaskBeforeAnythingHappens() {
    measured();
    prometheus = Optional.empty();
    environment = with(Kind.LOCAL, RuntimeKind.DOCKER, Limits.DEFAULT);
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.INVALID_PARAMETERS);
  }

  @Test
  void whatIsComparedIsMeasuredRightBeforeTheChange() {
    assertThat(steps(operation(), "image: web:1")).containsExactly("validate", "deploy", "verify");
    measured();
    assertThat(steps(operation(), "image: web:1"))
        .containsExactly("validate", "measure", "deploy", "verify");
  }

  @Test
  void aRestartIsMeasuredAndGoingBackWaitsForNoMetrics() {
    measured();
    running =
        Optional.of(
            new ServiceRuntime.Running(
                "2", NEW, "task-2", "two", Optional.empty(), Optional.of("1")));
    known(Optional.of(OLD), List.of(), "docker");
    assertThat(steps(service("restart"), "")).containsExactly("measure", "restart", "verify");
    assertThat(steps(service("rollback"), "")).containsExactly("rollback", "verify");
    assertThat(Sight.of(observed(service("rollback"), "")).terms().health().checks()).isEmpty();

    String own = "health: {metrics: [{name: up, query: up, min: 1}]}";
    assertThat(service("restart").refuse(task(service("restart"), own))).isEmpty();
    assertThat(service("rollback").refuse(task(service("rollback"), own)).orElseThrow().cause())
        .contains("parameters.health.metrics are for deploy, restart and scale only");
  }

  /** The environment has a check against the baseline. */
  private void measured() {
    prometheus = Optional.of(URI.create("http://127.0.0.1:9090"));
    metrics =
        List.of(
            new MetricCheck(
                "errors",
                "errors",
                Optional.empty(),
                Optional.empty(),
                Optional.of(new MetricCheck.Baseline(0.2)),
                Optional.empty(),
                Optional.empty()));
    environment = with(Kind.LOCAL, RuntimeKind.DOCKER, Limits.DEFAULT);
  }

  @Test
  void aCanaryIsIntroducedAndWatchedAtEachShareBeforeAllCallersReachIt() {
    String canary = "{image: 'web:2', strategy: canary, canary: [{percent: 5, for: PT1M}]}";
    assertThat(steps(canary)).containsExactly("validate", "deploy", "verify");
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");

    assertThat(steps(canary))
        .containsExactly(
            "validate", "introduce", "share-5", "watch-5", "deploy", "verify", "retire");
    assertThat(steps("{image: 'web:2', strategy: canary}"))
        .containsSequence("introduce", "share-10", "watch-10", "share-50", "watch-50", "deploy");
  }

  @Test
  void stagesAreOfACanaryAndLetMoreAndMoreCallersIn() {
    assertThat(refused("{image: 'web:1', canary: [{percent: 5, for: PT1M}]}"))
        .contains("is for the strategy canary");
    assertThat(
            refused(
                "{image: 'web:1', strategy: canary, canary: [{percent: 5, for: PT1M}, {percent: 5,"
                    + " for: PT1M}]}"))
        .contains("more callers in at each stage");
    assertThat(refused("{image: 'web:1', strategy: canary, canary: [{percent: 5, for: P2D}]}"))
        .contains("more than a day");
    assertThat(refused("{image: 'web:1', strategy: canary}")).isEmpty();
  }
}
