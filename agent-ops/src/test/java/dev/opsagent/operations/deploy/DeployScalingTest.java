package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How many there are to be of a service, and what a task demands of them. */
final class DeployScalingTest extends DeployWorld {
  @Test
  void replicasNeedAFrontAndAnEnvironmentThatAllowsAsMany() {
    assertThat(refused("{image: 'web:1', replicas: 2}")).contains("must be rolling");
    assertThat(refused("{image: 'web:1', replicas: 1}")).isEmpty();
    environment = Environment.undeclared("local");
    assertThat(refused("{image: 'web:1', replicas: 3, strategy: rolling}")).isEmpty();
    assertThat(refused("{image: 'web:1', replicas: 11, strategy: rolling}"))
        .contains("more than the 10 of local");
    assertThat(terms("{image: 'web:1', replicas: 3, strategy: rolling}").replicas()).contains(3);
    assertThat(steps("{image: 'web:1', replicas: 3, strategy: rolling}"))
        .containsExactly("validate", "deploy", "verify");
    repository = "repository: {url: 'https://git.example/shop.git'}";
    assertThat(refused("{source: {}, replicas: 2}")).contains("compose runs one of each");
  }

  @Test
  void whatIsDemandedOfTheScalingHoldsAsTheParametersDo() {
    requirements = "{scaling: {replicas: 2, cpus: 0.5, memory: 67108864}}";
    assertThat(refused("{image: 'web:1', strategy: blue-green}")).isEmpty();
    Sight.Terms terms = terms("{image: 'web:1', strategy: blue-green}");
    assertThat(terms.replicas()).contains(2);
    assertThat(terms.cpus()).contains(0.5);
    assertThat(terms.memory()).contains(67_108_864L);
    assertThat(refused("{image: 'web:1', strategy: blue-green, replicas: 3}"))
        .contains("replicas is said otherwise");
  }

  @Test
  void whatIsDemandedIsMeasuredOnceTheReleaseServesAndWhileTheOneBeforeIsWarm() {
    environment = Environment.undeclared("local");
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");
    requirements = "{scaling: {replicas: 2}, performance: {errorRate: 0.01}}";

    assertThat(steps("{image: 'web:1', strategy: blue-green, health: {http: {path: /up}}}"))
        .containsExactly(
            "validate", "deploy", "verify", "check-performance", "check-scaling", "retire");
    assertThat(refused("{image: 'web:1', strategy: blue-green}"))
        .contains("requirements.performance.errorRate here", "health.http");
    requirements = "{performance: {p95LatencyMillis: 100}}";
    assertThat(steps(service("restart"), "health: {http: {path: /up}}"))
        .containsExactly("restart", "verify", "check-performance");
    assertThat(service("stop").refuse(task(service("stop"), "health: {http: {path: /up}}")))
        .isNotEmpty();
  }

  @Test
  void aRequirementThatNobodyWouldEnforceIsRefusedByItsName() {
    requirements =
        "{scaling: {cpus: 0.5, autoscaling: {min: 1, max: 3, targetCpuPercent: 70}},"
            + " performance: {buildTime: PT1M}, compliance: {sbom: true, approvals: 2}}";
    assertThat(operation().refuse(task("{image: 'web:1'}")).map(Failure::code))
        .contains(ReasonCode.UNSUPPORTED_REQUIREMENT);
    assertThat(refused("{image: 'web:1'}"))
        .contains(
            "requirements.performance.buildTime, requirements.scaling.autoscaling,"
                + " requirements.compliance.sbom here")
        .doesNotContain("approvals", "cpus");
    requirements = "{scaling: {cpus: 0.5, replicas: 2}}";
    repository = "repository: {url: 'https://git.example/shop.git'}";
    assertThat(refused("{source: {}}"))
        .contains("requirements.scaling.replicas, requirements.scaling.cpus here");
  }

  @Test
  void anAutoscalerIsForAnImageOnAClusterAndInThePlanThatPeopleApprove() {
    environment = with(Kind.STAGING, RuntimeKind.KUBERNETES, Limits.DEFAULT);
    String image = "image: web@" + NEW;
    requirements = scaling("cpus: 0.5, ", 2, 5);
    assertThat(refused(image)).isEmpty();
    assertThat(steps(image)).containsExactly("validate", "deploy", "verify", "check-scaling");
    assertThat(
            operation()
                .plan(task(image), observed(operation(), image))
                .steps()
                .get(1)
                .description())
        .endsWith("with replicas by its load: 2 to 5 at 70 % of a processor share");

    requirements = scaling("", 2, 5);
    assertThat(refused(image)).contains("requirements.scaling.cpus is missing");
    requirements = scaling("cpus: 0.5, ", 2, 11);
    assertThat(refused(image)).contains("requirements.scaling.autoscaling.max is more than the 10");
    requirements = scaling("cpus: 0.5, ", 2, 5);
    assertThat(refused("{image: 'web@%s', replicas: 1}".formatted(NEW)))
        .contains("is for the autoscaler");
    repository = "repository: {url: 'https://git.example/shop.git'}";
    assertThat(refused("{source: {path: k8s}}"))
        .contains("requirements.scaling.autoscaling here", "manifests hold an autoscaler");
  }

  private static String scaling(String more, int min, int max) {
    return "{scaling: {%sautoscaling: {min: %d, max: %d, targetCpuPercent: 70}}}"
        .formatted(more, min, max);
  }

  @Test
  void whatRunsIsScaledAndTakenBackToAsManyAsThereWere() {
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");

    assertThat(steps(service("scale"), "replicas: 3")).containsExactly("scale", "verify");
    assertThat(Sight.of(observed(service("scale"), "replicas: 3")).terms().replicas()).contains(3);
    assertThat(service("scale").refuse(task(service("scale"), "replicas: 11"))).isNotEmpty();
    assertThat(service("scale").refuse(task(service("scale"), ""))).isNotEmpty();
    assertThat(service("restart").refuse(task(service("restart"), "replicas: 2")))
        .map(Failure::cause)
        .hasValueSatisfying(it -> assertThat(it).contains("for scale only"));
  }

  @Test
  void ofAComposeProjectOneServiceIsScaledThatTheTaskNames() {
    running =
        Optional.of(
            new ServiceRuntime.Running(
                "0",
                OLD,
                "task-0",
                "one",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of("worker", new Replicas(2, 2), "web", new Replicas(1, 1))));
    known(Optional.of(OLD), List.of(), "compose");
    String worker = "{replicas: 3, composeService: worker}";
    Facts facts = observed(service("scale"), worker);

    assertThat(Sight.of(facts).running().orElseThrow().replicas()).isEqualTo(2);
    assertThat(service("scale").plan(task(service("scale"), worker), facts).steps().getFirst())
        .satisfies(it -> assertThat(it.description()).contains("run 3 of worker of 0 on"))
        .satisfies(it -> assertThat(it.effects().getFirst().resource()).endsWith("worker x3"));
    assertThat(unscaled("replicas: 3")).contains("the services [web, worker]", "/composeService");
    assertThat(unscaled("{replicas: 3, composeService: db}")).contains("[web, worker]");
    assertThat(service("restart").refuse(task(service("restart"), "composeService: web")))
        .map(Failure::cause)
        .hasValueSatisfying(it -> assertThat(it).contains("for scale only"));
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");
    assertThat(unscaled(worker)).contains("leave /composeService out");
  }

  private String unscaled(String parameters) {
    TaskDispatch task = task(service("scale"), parameters);
    Resolution resolution = service("scale").resolve(task, context(task, Facts.NONE));
    return ((Resolution.Unresolved) resolution).failure().sentence();
  }
}
