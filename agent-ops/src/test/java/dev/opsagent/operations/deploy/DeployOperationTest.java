package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.operations.Health;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a deploy takes, and what it refuses before anything happens. */
final class DeployOperationTest extends DeployWorld {
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
}
