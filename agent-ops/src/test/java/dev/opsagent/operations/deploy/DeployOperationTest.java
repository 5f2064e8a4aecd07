package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Pace;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.HealthProbe.Page;
import dev.opsagent.outside.Images;
import dev.opsagent.outside.MetricCheck;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ShelfRegistry;
import dev.opsagent.testing.WatchedRuntime;
import dev.opsagent.tools.git.GitRepository;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a deploy takes, and what it refuses before anything happens. */
final class DeployOperationTest {
  private static final String NEW = "sha256:" + "1".repeat(64);
  private static final String OLD = "sha256:" + "0".repeat(64);

  @TempDir Path folder;

  private Optional<ServiceRuntime.Running> running = Optional.empty();
  private Optional<ReasonCode> doubt = Optional.empty();
  private final List<String> takenBack = new ArrayList<>();
  private Optional<DeploymentRecord> known = Optional.empty();
  private Environment environment = Environment.undeclared("local");
  private String repository = "";
  private String requirements = "{}";
  private Optional<String> promotesFrom = Optional.empty();
  private final Map<Target, DeploymentRecord> elsewhere = new HashMap<>();
  private List<String> losses = List.of();
  private List<String> foreign = List.of();
  private Optional<URI> prometheus = Optional.empty();
  private List<MetricCheck> metrics = List.of();
  private final ShelfRegistry registry = new ShelfRegistry();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFirstDeploymentNeedsNothingToGoBackTo() {
    assertThat(resolve("image: web:1")).isInstanceOf(Resolution.Resolved.class);
  }

  @Test
  void whatWasVerifiedMayBeReplaced() {
    runs(OLD);
    known(Optional.of(OLD), List.of(), "docker");
    assertThat(resolve("image: web:1")).isInstanceOf(Resolution.Resolved.class);
  }

  @Test
  void whatWasNeverVerifiedIsReplacedOnlyWhenTheTaskAdoptsIt() {
    runs(OLD);
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.NO_ROLLBACK_TARGET);
    known(Optional.of(NEW), List.of(), "docker");
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.NO_ROLLBACK_TARGET);

    assertThat(resolve("{image: 'web:1', adopt: true}")).isInstanceOf(Resolution.Resolved.class);
  }

  @Test
  void aReleaseThatFailedThereIsNotTakenAgain() {
    known(Optional.empty(), List.of(NEW), "docker");
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.QUARANTINED);
  }

  @Test
  void aTargetIsServedByOneRuntime() {
    known(Optional.of(OLD), List.of(), "compose");
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.CONFLICT);
  }

  @Test
  void aTaskKeepsToWhatItsEnvironmentAllows() {
    environment = with(Kind.STAGING, RuntimeKind.DOCKER, limits(0.5, 64L << 20));

    assertThat(refused("{image: 'web:1', cpus: 0.5, memory: 67108864}")).isEmpty();
    assertThat(refused("{image: 'web:1', cpus: 0.6}")).contains("parameters.cpus");
    assertThat(refused("{image: 'web:1', memory: 67108865}")).contains("parameters.memory");
    assertThat(refused("{package: {name: web, version: 1.0.0}}")).contains("process");
    Sight.Terms terms = terms("image: web:1");
    assertThat(terms.cpus()).contains(0.5);
    assertThat(terms.memory()).contains(64L << 20);
    assertThat(terms.recovery()).isEqualTo(Duration.ofMinutes(2));
    assertThat(terms.health().soak()).isEqualTo(Duration.ofSeconds(7));
    assertThat(terms("{image: 'web:1', health: {soak: PT1S}}").health().soak())
        .isEqualTo(Duration.ofSeconds(1));
  }

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

  private List<String> steps(String parameters) {
    return operation().plan(task(parameters), sight(parameters).facts()).steps().stream()
        .map(PlannedStep::name)
        .toList();
  }

  @Test
  void anImageRunsInTheFirstRuntimeThatItsEnvironmentAllowsOrInTheOneThatTheTaskNames() {
    assertThat(sight("image: web:1").runtime()).isEqualTo("docker");
    environment = with(Kind.STAGING, RuntimeKind.KUBERNETES, Limits.DEFAULT);
    assertThat(sight("image: web@" + NEW).runtime()).isEqualTo("kubernetes");
    environment = with(Kind.STAGING, Set.of(RuntimeKind.values()), Limits.DEFAULT);
    assertThat(sight("image: web@" + NEW).runtime()).isEqualTo("docker");
    assertThat(sight("{image: 'web@%s', runtime: kubernetes}".formatted(NEW)).runtime())
        .isEqualTo("kubernetes");
  }

  @Test
  void aRuntimeThatTheEnvironmentHasNotOrThatCannotRunItIsRefused() {
    assertThat(refused("{image: 'web@%s', runtime: kubernetes}".formatted(NEW)))
        .contains("parameters.runtime must be one of [docker]");
    assertThat(refused("{image: 'web:1', runtime: process}"))
        .contains("parameters.runtime must be one of [docker]");
    assertThat(refused("{package: {name: web, version: 1.0.0}, runtime: docker}"))
        .contains("parameters.runtime must be one of [process]");
    environment = with(Kind.STAGING, RuntimeKind.PROCESS, Limits.DEFAULT);
    assertThat(refused("image: web:1"))
        .contains("parameters need a runtime of [docker, kubernetes], and local allows none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "web:1", "web@sha256:ab"})
  void aClusterTakesImagesByTheirDigestOnly(String image) {
    environment = with(Kind.STAGING, RuntimeKind.KUBERNETES, Limits.DEFAULT);

    assertThat(refused("image: " + image)).contains("must be NAME@sha256:DIGEST");
    Sight sight = sight("image: registry/web@" + NEW);
    assertThat(sight.wanted().digest()).isEqualTo(NEW);
    assertThat(sight.wanted().version()).isEqualTo("111111111111");
    assertThat(sight.reference()).contains("registry/web@" + NEW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "web:latest", "registry:5000/web"})
  void aTagThatMovesIsForLocalEnvironmentsOnly(String image) {
    assertThat(refused("image: " + image)).isEmpty();
    environment = with(Kind.STAGING, RuntimeKind.DOCKER, Limits.DEFAULT);
    assertThat(refused("image: " + image)).contains("parameters.image");
  }

  @ParameterizedTest
  @CsvSource({"web:1.4.0,1.4.0", "registry:5000/web:2,2", "web@sha256:ab,111111111111"})
  void aReleaseIsCalledByItsTagOrTheStartOfItsDigest(String image, String version) {
    assertThat(sight("image: " + image).wanted().version()).isEqualTo(version);
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

  private Operation service(String name) {
    return ServiceOperation.all(adapters()).stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<String> steps(Operation operation, String parameters) {
    TaskDispatch task = task(operation, parameters);
    return operation.plan(task, observed(operation, parameters)).steps().stream()
        .map(PlannedStep::name)
        .toList();
  }

  private Facts observed(Operation operation, String parameters) {
    TaskDispatch task = task(operation, parameters);
    Resolution resolution = operation.resolve(task, context(task, Facts.NONE));
    return ((Resolution.Resolved) resolution).observations();
  }

  /** Only a deploy takes a port. */
  private TaskDispatch task(Operation operation, String parameters) {
    TaskDispatch task = task(parameters);
    if (!operation.name().equals("deploy")) {
      task.parameters().remove("port");
    }
    return task;
  }

  @Test
  void bytesThatAreNotThoseTheRegistryListsAreNeverDeployed() {
    registry.versions.put("1.0.0", bytes("as listed"));
    registry.served.put("1.0.0", bytes("something else"));
    TaskDispatch task = task("{package: {name: web, version: 1.0.0}}");
    Facts facts = sight("{package: {name: web, version: 1.0.0}}").facts();
    PlannedStep fetch =
        operation().plan(task, facts).steps().stream()
            .filter(step -> step.name().equals(Steps.FETCH))
            .findFirst()
            .orElseThrow();

    assertThat(operation().step(fetch, task).apply(context(task, facts)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.failure().code()).isEqualTo(ReasonCode.INTEGRITY_MISMATCH));
    assertThat(folder).isEmptyDirectory();
  }

  private void runs(String digest) {
    running =
        Optional.of(
            new ServiceRuntime.Running(
                "0", digest, "task-0", "one", Optional.empty(), Optional.empty()));
  }

  private void known(Optional<String> verified, List<String> quarantined, String runtime) {
    Optional<DeploymentRecord.Release> release =
        verified.map(
            digest -> new DeploymentRecord.Release("0", digest, "", runtime, Optional.empty()));
    known =
        Optional.of(
            new DeploymentRecord(
                task("image: web:1").target(),
                release,
                release,
                quarantined,
                "task-0",
                Instant.EPOCH));
  }

  private static Limits limits(double cpus, long memory) {
    return new Limits(Optional.of(BigDecimal.valueOf(cpus)), Optional.of(memory), 1);
  }

  private Environment with(Kind kind, RuntimeKind runtime, Limits limits) {
    return with(kind, Set.of(runtime), limits);
  }

  private Environment with(Kind kind, Set<RuntimeKind> runtimes, Limits limits) {
    return new Environment(
        "local",
        kind,
        runtimes,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        prometheus,
        Set.of(Environment.Strategy.RECREATE),
        promotesFrom,
        new Environment.Verification(
            Optional.empty(),
            Optional.empty(),
            20,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ofSeconds(7),
            metrics),
        limits,
        Optional.empty(),
        Duration.ofMinutes(2),
        List.of(),
        false,
        Environment.Wall.NONE);
  }

  @Test
  void aSourceIsOfTheRepositoryThatTheTaskNames() {
    assertThat(refused("source: {path: compose.yaml}")).contains("repository is missing");
    repository = "repository: {url: 'https://git.example/shop.git'}";
    assertThat(refused("source: {path: compose.yaml}")).isEmpty();
    assertThat(refused("{source: {}, runtime: docker}")).contains("parameters.runtime");
    assertThat(refused("{source: {}, memory: 67108864}")).contains("for an image only");
    assertThat(refused("{source: {}, command: [run]}")).contains("parameters.command");
    assertThat(refused("{source: {}, image: 'web:1'}")).contains("must name");
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
  void onlyWhatWasVerifiedLastInTheEnvironmentBeforeIsPromoted() {
    promotesFrom = Optional.of("staging");
    environment = with(Kind.PRODUCTION, RuntimeKind.DOCKER, Limits.DEFAULT);
    assertThat(refusal("image: web:1")).isEqualTo(ReasonCode.PRECONDITION_FAILED);

    Target staging = new Target("staging", "web");
    elsewhere.put(staging, record(staging, OLD));
    assertThat(((Resolution.Unresolved) resolve("image: web:1")).failure().sentence())
        .contains("what was verified last on staging/web is 7", "deploy this release to staging");
    elsewhere.put(staging, record(staging, NEW));
    assertThat(resolve("image: web:1")).isInstanceOf(Resolution.Resolved.class);
  }

  private static DeploymentRecord record(Target target, String verified) {
    DeploymentRecord.Release release =
        new DeploymentRecord.Release("7", verified, "", "docker", Optional.empty());
    return new DeploymentRecord(
        target, Optional.of(release), Optional.of(release), List.of(), "t-0", Instant.EPOCH);
  }

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

  @Test
  void dataIsLetGoOnlyByTheTaskAndAPersonTogether() {
    repository = "repository: {url: 'https://git.example/shop.git'}";
    assertThat(protect("source: {}")).isInstanceOf(Outcome.Applied.class);
    losses = List.of("volume shop_data of service db is not in the release");

    assertThat(protect("source: {}"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.DATA_LOSS_RISK);
              assertThat(it.failure().sentence()).contains("shop_data", "db", "allowDataLoss");
            });
    assertThat(protect("{source: {}, allowDataLoss: true}"))
        .isInstanceOfSatisfying(
            Outcome.Inconclusive.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.DATA_LOSS_RISK);
              assertThat(it.failure().sentence()).contains("shop_data", "db", "done", "undone");
            });
  }

  @Test
  void aReleaseThatWaitsForAPersonIsTakenBackAndOneThatNobodySeesIsNot() {
    TaskDispatch task = task("image: web:1");
    Facts facts = sight("image: web:1").facts();
    PlannedStep planned =
        operation().plan(task, facts).steps().stream()
            .filter(step -> step.name().equals(Steps.DEPLOY))
            .findFirst()
            .orElseThrow();
    Step step = operation().step(planned, task);

    doubt = Optional.of(ReasonCode.UNREACHABLE);
    assertThat(step.undo(context(task, facts))).isInstanceOf(Step.Undo.UndoFailed.class);
    assertThat(takenBack).isEmpty();

    doubt = Optional.of(ReasonCode.INCONCLUSIVE);
    assertThat(step.probe(context(task, facts)))
        .isInstanceOfSatisfying(
            Step.Probe.Unknown.class,
            it -> assertThat(it.failure().code()).isEqualTo(ReasonCode.INCONCLUSIVE));
    assertThat(step.undo(context(task, facts))).isInstanceOf(Step.Undo.Undone.class);
    assertThat(takenBack).containsExactly(NEW);
  }

  @Test
  void whatSomebodyElseMadeIsTakenOverByWordOfTheTaskOnly() {
    repository = "repository: {url: 'https://git.example/shop.git'}";
    foreign = List.of("Deployment web (managed by kubectl)");

    assertThat(protect("source: {}"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.CONFLICT);
              assertThat(it.failure().sentence())
                  .contains("Deployment web (managed by kubectl)", "adopt: true");
            });
    assertThat(protect("{source: {}, adopt: true}")).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void manifestsAreAFileOrFolderThatIsNamedAndSayEverythingElse() {
    repository = "repository: {url: 'https://git.example/shop.git'}";
    environment = with(Kind.STAGING, RuntimeKind.KUBERNETES, Limits.DEFAULT);

    assertThat(refused("source: {path: k8s}")).isEmpty();
    assertThat(refused("source: {}")).contains("parameters.source.path is missing");
    assertThat(refused("{source: {path: k8s}, env: {A: b}}")).contains("parameters.env");
    assertThat(refused("{source: {path: k8s}, replicas: 2}")).contains("parameters.replicas");
    assertThat(refused("{source: {path: k8s}, strategy: recreate}"))
        .contains("parameters.strategy");
    environment = with(Kind.STAGING, RuntimeKind.COMPOSE, Limits.DEFAULT);
    assertThat(refused("{source: {}, env: {A: b}}")).isEmpty();
  }

  private Outcome protect(String parameters) {
    TaskDispatch task = task(parameters);
    Facts facts =
        new Sight(
                "compose",
                Optional.empty(),
                Optional.of(new Sight.Next("1", NEW)),
                Optional.empty(),
                Optional.empty(),
                Sight.Terms.of(Optional.empty(), Health.DEFAULT))
            .facts();
    List<PlannedStep> steps = operation().plan(task, facts).steps();
    assertThat(steps)
        .extracting(PlannedStep::name)
        .containsSubsequence("fetch", "protect", "deploy");
    PlannedStep protect =
        steps.stream().filter(it -> it.name().equals(Steps.PROTECT)).findFirst().orElseThrow();
    return operation().step(protect, task).apply(context(task, facts));
  }

  /** Why a task is refused; empty when it is accepted. */
  private String refused(String parameters) {
    return operation().refuse(task(parameters)).map(Failure::sentence).orElse("");
  }

  private Resolution resolve(String parameters) {
    TaskDispatch task = task(parameters);
    return operation().resolve(task, context(task, Facts.NONE));
  }

  private ReasonCode refusal(String parameters) {
    return ((Resolution.Unresolved) resolve(parameters)).failure().code();
  }

  private Sight sight(String parameters) {
    return Sight.of(((Resolution.Resolved) resolve(parameters)).observations());
  }

  private Sight.Terms terms(String parameters) {
    return sight(parameters).terms();
  }

  private TaskDispatch task(String parameters) {
    String flow = parameters.startsWith("{") ? parameters : "{" + parameters + "}";
    String quoted = flow.replaceAll("image: (?!')([^,}]+)", "image: '$1'");
    String yaml =
        """
        taskId: t-1
        operation: deploy
        target: {environment: local, service: web}
        %s
        requirements: %s
        parameters: %s
        requestedBy: pm
        """
            .formatted(repository, requirements, quoted.replaceFirst("\\{", "{port: 8080, "));
    return Json.readYaml(bytes(yaml), TaskDispatch.class);
  }

  private StepContext context(TaskDispatch task, Facts facts) {
    return new StepContext(task, facts, known, () -> {}, _ -> {}, Duration.ofMinutes(1));
  }

  private DeployOperation operation() {
    return new DeployOperation(adapters());
  }

  private Adapters adapters() {
    return new Adapters(
        () -> new Environments(List.of(environment)),
        Map.of(
            "docker",
            new OneService("docker"),
            "process",
            new OneService("process"),
            "compose",
            new OneService("compose"),
            "kubernetes",
            new OneService("kubernetes")),
        _ -> reference -> new Answer.Ok<>(new Images.Pinned(reference + "@" + NEW, NEW)),
        Map.of("npm", registry),
        new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
        new NoProbe(),
        target -> new Answer.Ok<>(Optional.ofNullable(elsewhere.get(target))),
        (_, _, _) -> {
          throw new AssertionError("nothing is measured");
        },
        new OneWorkspace(),
        new NoPace());
  }

  /** Tells what runs, and whether it was to go back; nothing else may be asked of it. */
  private final class OneService extends WatchedRuntime {
    OneService(String kind) {
      super(kind);
    }

    @Override
    public Set<Environment.Strategy> strategies() {
      return kind().equals("docker")
          ? Set.of(Environment.Strategy.values())
          : Set.of(Environment.Strategy.RECREATE);
    }

    @Override
    public boolean replicates() {
      return kind().equals("docker");
    }

    @Override
    public boolean autoscales() {
      return kind().equals("kubernetes");
    }

    @Override
    public boolean isComposed() {
      return kind().equals("compose");
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return doubt
          .<Answer<Optional<Running>>>map(
              code -> new Answer.No<>(Failure.of(code, "see what runs", "nobody can say", "")))
          .orElseGet(() -> new Answer.Ok<>(running));
    }

    @Override
    public Answer<Optional<Running>> rollback(String target, String digest) {
      takenBack.add(digest);
      return new Answer.Ok<>(Optional.empty());
    }

    @Override
    public Answer<List<String>> foreign(String target, Release release) {
      return new Answer.Ok<>(foreign);
    }

    @Override
    public Answer<List<String>> losses(String target, Release release) {
      return new Answer.Ok<>(losses);
    }
  }

  private static final class NoProbe implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }
  }

  private final class OneWorkspace implements Workspaces {
    @Override
    public Path of(String taskId) {
      return folder;
    }

    @Override
    public void delete(String taskId) {
      throw new AssertionError("nothing is deleted");
    }
  }

  private static final class NoPace implements Pace {
    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void await(Duration time) {
      throw new AssertionError("nothing is waited for");
    }
  }
}
