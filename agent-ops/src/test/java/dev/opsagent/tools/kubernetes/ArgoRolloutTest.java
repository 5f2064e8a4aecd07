package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Releases whose pods a Rollout of Argo Rollouts makes. Its controller is played after its
 * documentation here: nothing of this shows how a real one behaves.
 */
class ArgoRolloutTest extends OnCluster {
  static final String ROLLOUT =
      ByManifests.DEPLOYMENT
          .replace("apps/v1", "argoproj.io/v1alpha1")
          .replace("kind: Deployment", "kind: Rollout")
          .replace("strategy: {type: Recreate}", "strategy: {canary: {steps: [{setWeight: 50}]}}");
  private static final String LED = ROLLOUT.replace("{steps:", "{stableService: NAME, steps:");
  private static final String PAUSING =
      ROLLOUT.replace("{setWeight: 50}", "{setWeight: 50}, {pause: {}}");

  @BeforeEach
  void isPlayed() {
    Assumptions.assumeTrue(cluster().isPlayed(), "no real controller of Rollouts is at hand");
  }

  @AfterEach
  void isInstalled() {
    cluster().installRollouts(true);
  }

  @Override
  public ByManifests subject() {
    return made(new ByManifests(unique(), scratch));
  }

  private static Release of(ByManifests subject, String version, String task, String rollout) {
    return subject.of(version, task, ByManifests.SETTINGS, ByManifests.SERVICE, rollout);
  }

  private static Running deployed(
      ByManifests subject, String version, String task, String rollout) {
    return ok(subject.runtime().deploy(subject.target(), of(subject, version, task, rollout)));
  }

  private static ArgoRollout live(ByManifests subject) {
    return cluster()
        .client()
        .resources(ArgoRollout.class)
        .inNamespace(cluster().namespace())
        .withName(subject.name())
        .get();
  }

  private static void scaledByAnother(ByManifests subject) {
    ArgoRollout scaled = new ArgoRollout();
    scaled.getMetadata().setName(subject.name());
    scaled.getMetadata().setNamespace(cluster().namespace());
    scaled.getSpec().replicas = 3;
    var _ =
        cluster()
            .client()
            .resource(scaled)
            .fieldManager("somebody-else")
            .forceConflicts()
            .serverSideApply();
  }

  private static void isTold(ByManifests subject, String phase) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> phase.equals(live(subject).getStatus().get("phase")));
  }

  @Test
  void aHealthyRolloutServesAndDriftsNotThoughItsControllerLeadsTheService() throws Exception {
    ByManifests subject = subject();

    Running first = deployed(subject, "1.0.0", "task-1", LED);
    Running second = deployed(subject, "2.0.0", "task-2", LED);

    assertThat(first.version()).isEqualTo("1.0.0");
    subject.assertAnswers(second, "2.0.0");
    assertThat(second.previous()).contains("1.0.0");
    assertThat(subject.service().orElseThrow().getSpec().getSelector())
        .containsEntry(
            "rollouts-pod-template-hash", (String) live(subject).getStatus().get("stableRS"));
    assertThat(subject.objects())
        .containsExactlyInAnyOrder(
            "ConfigMap NAME-settings", "ConfigMap NAME.ops-agent", "Service NAME", "Rollout NAME");
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void aRollbackAppliesTheReleaseBeforeExactlyAndTheNextReleasePrunesTheRollout() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", ROLLOUT.replace("replicas: 1", "replicas: 2"));
    ArgoRollout before = live(subject);
    Running second = deployed(subject, "2.0.0", "task-2", ROLLOUT);

    subject.rollback(second);

    assertThat(BundleObjects.tree(live(subject)).get("spec"))
        .isEqualTo(BundleObjects.tree(before).get("spec"));
    assertThat(subject.running().map(Running::version)).contains("1.0.0");
    deployed(subject, "3.0.0", "task-3", ByManifests.DEPLOYMENT);
    assertThat(subject.objects()).contains("Deployment NAME").doesNotContain("Rollout NAME");
  }

  @Test
  void aDegradedRolloutFailsTheDeployWithItsMessageAndWhatItsPodSays() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", ROLLOUT);
    Release late =
        of(
            subject,
            "2.0.0",
            "task-2",
            ROLLOUT.replace(
                "containerPort: 8080", "containerPort: " + TestingController.NEVER_READY));

    Failure failure = subject.refused(late);

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause())
        .contains("Rollout %s is degraded: ProgressDeadlineExceeded".formatted(subject.name()))
        .contains("its log ends: no database for [secret]");
    assertThat(subject.running()).isEmpty();
    Optional<Running> back = ok(subject.runtime().rollback(subject.target(), late.digest()));
    assertThat(back.map(Running::version)).contains("1.0.0");
  }

  @Test
  void aPauseThatAPersonMustEndIsNoSuccessUntilItIsPromoted() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", PAUSING);
    Release second = of(subject, "2.0.0", "task-2", PAUSING);

    Failure failure = subject.refused(second);

    assertThat(failure.code()).isEqualTo(ReasonCode.INCONCLUSIVE);
    assertThat(failure.cause())
        .contains("Rollout %s waits for a person: CanaryPauseStep".formatted(subject.name()));
    assertThat(failure.fix())
        .contains(
            "kubectl argo rollouts promote %s -n %s"
                .formatted(subject.name(), cluster().namespace()))
        .contains("kubectl argo rollouts abort " + subject.name());
    assertThat(no(subject.runtime().running(subject.target())).code())
        .isEqualTo(ReasonCode.INCONCLUSIVE);

    cluster().tellRollout(subject.name(), "promoteFull");

    isTold(subject, "Healthy");
    subject.assertAnswers(ok(subject.runtime().deploy(subject.target(), second)), "2.0.0");
  }

  @Test
  void anAbortedRolloutIsGoneBackFrom() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", PAUSING);
    Release second = of(subject, "2.0.0", "task-2", PAUSING);
    subject.refused(second);

    cluster().tellRollout(subject.name(), "abort");

    isTold(subject, "Degraded");
    assertThat(subject.running()).isEmpty();
    assertThat(subject.refused(second).cause()).contains("RolloutAborted");
    Optional<Running> back = ok(subject.runtime().rollback(subject.target(), second.digest()));
    assertThat(back.map(Running::version)).contains("1.0.0");
  }

  @Test
  void aPausedReleaseIsGoneBackFromWithoutAPerson() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", PAUSING);
    Release second = of(subject, "2.0.0", "task-2", PAUSING);
    subject.refused(second);

    Optional<Running> back = ok(subject.runtime().rollback(subject.target(), second.digest()));

    assertThat(back.map(Running::version)).contains("1.0.0");
  }

  @Test
  void aClusterWithoutArgoRolloutsIsToldBeforeAnythingIsChanged() throws Exception {
    ByManifests subject = subject();
    cluster().installRollouts(false);
    Release release = of(subject, "1.0.0", "task-1", ROLLOUT);

    Failure looked = no(subject.runtime().foreign(subject.target(), release));
    Failure failure = subject.refused(release);

    assertThat(looked.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(looked.cause()).contains("Argo Rollouts is not installed");
    assertThat(failure.cause()).isEqualTo(looked.cause());
    assertThat(subject.objects()).isEmpty();
    deployed(subject, "2.0.0", "task-2", ByManifests.DEPLOYMENT);
  }

  @Test
  void aFieldThatSomebodyElseManagesIsAConflictAndADriftThatNameHim() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", ROLLOUT);
    scaledByAnother(subject);

    assertThat(ok(subject.runtime().drift(subject.target())))
        .containsExactly(
            new Difference(
                "Rollout %s: .spec.replicas".formatted(subject.name()),
                "1",
                "3",
                Optional.of("somebody-else")));
    Failure failure = subject.refused(of(subject, "2.0.0", "task-2", ROLLOUT));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("somebody-else").contains(".spec.replicas");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServiceIsLedByARolloutFromReleaseToReleaseOrNever(boolean first) throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", first ? LED : ByManifests.DEPLOYMENT);

    Failure failure =
        subject.refused(of(subject, "2.0.0", "task-2", first ? ByManifests.DEPLOYMENT : LED));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("leads the Service " + subject.name());
    assertThat(subject.running().map(Running::version)).contains("1.0.0");
  }

  @Test
  void anAutoscalerOwnsTheNumberOfPodsOfARollout() throws Exception {
    ByManifests subject = subject();
    String[] documents = {
      ByManifests.SETTINGS,
      ByManifests.SERVICE,
      ROLLOUT.replace("replicas: 1", "replicas: 2"),
      KubernetesManifestsTest.AUTOSCALER.replace(
          "apiVersion: apps/v1, kind: Deployment",
          "apiVersion: argoproj.io/v1alpha1, kind: Rollout")
    };
    ok(subject.runtime().deploy(subject.target(), subject.of("1.0.0", "task-1", documents)));
    assertThat(live(subject).getSpec().replicas).isNull();
    scaledByAnother(subject);

    ok(subject.runtime().deploy(subject.target(), subject.of("2.0.0", "task-2", documents)));

    assertThat(live(subject).getSpec().replicas).isEqualTo(3);
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void aStopDeletesTheRolloutAndARestartMakesItAgain() throws Exception {
    ByManifests subject = subject();
    deployed(subject, "1.0.0", "task-1", ROLLOUT);

    ok(subject.runtime().stop(subject.target()));

    assertThat(subject.objects()).doesNotContain("Rollout NAME");
    Running again = ok(subject.runtime().restart(subject.target(), "task-2"));
    assertThat(again.version()).isEqualTo("1.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          replicas: 1   | workloadRef: {apiVersion: apps/v1, kind: Deployment, name: a} | spec.workloadRef is not taken
          replicas: 1   | paused: true                               | spec.paused is not taken
          replicas: 1   | nobodyKnows: true                          | nobodyKnows
          replicas: 1   | replicas: "1"                              | replicas
          stableService | trafficRouting: {nginx: {}}, stableService | spec.strategy.canary.trafficRouting
          stableService | canaryMetadata: {labels: {a: b}}, stableService | spec.strategy.canary.canaryMetadata
          {setWeight: 50} | {experiment: {}}                         | spec.strategy.canary.steps[0].experiment
          {setWeight: 50} | {analysis: {dryRun: []}}                 | steps[0].analysis.dryRun
          canary:       | blueGreen: {activeService: NAME}, canary:  | either canary or blueGreen
          stableService: NAME | stableService: other                 | leads the Service other
          securityContext: {} | serviceAccountName: admin        | spec.template.spec.serviceAccountName
          @sha256       | :latest                                    | containers[0].image
          """)
  void whatReachesFurtherThanItsOwnPodsAndServicesIsRefusedByTheField(
      String part, String other, String field) {
    ByManifests subject = subject();
    String rollout =
        LED.replace("      containers:", "      securityContext: {}\n      containers:")
            .replace("image: IMAGE", "image: " + image().reference())
            .replace(part, other);

    Failure failure = subject.refused(of(subject, "1.0.0", "task-1", rollout));

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.cause()).contains(field);
    assertThat(subject.objects()).isEmpty();
  }
}
