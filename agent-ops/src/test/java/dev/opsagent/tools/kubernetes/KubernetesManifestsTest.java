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
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every runtime promises, of releases that are manifests, and what is theirs besides. */
class KubernetesManifestsTest extends OnCluster implements RuntimeContract {
  static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: NAME-migrate}
      spec:
        backoffLimit: 1
        template:
          spec:
            restartPolicy: Never
            containers:
              - name: migrate
                image: IMAGE
                command: [/bin/true]
      """;
  static final String CLAIM =
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: NAME-files}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """;
  static final String INGRESS =
      """
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: NAME}
      spec: {defaultBackend: {service: {name: NAME, port: {number: 8080}}}}
      """;
  static final String AUTOSCALER =
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: NAME}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME}
        minReplicas: 1
        maxReplicas: 5
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
      """;

  @Override
  public ByManifests subject() {
    return made(new ByManifests(unique(), scratch));
  }

  private static Running deployed(ByManifests subject, Release release) {
    return ok(subject.runtime().deploy(subject.target(), release));
  }

  static String of(String kind, String name) {
    return ByManifests.DEPLOYMENT
        .replace("kind: Deployment", "kind: " + kind)
        .replace("metadata: {name: NAME}", "metadata: {name: %s}".formatted(name))
        .replace("app: NAME", "app: " + name)
        .replace("  strategy: {type: Recreate}\n", "");
  }

  @Test
  void everyKindIsMadeAndWaitedFor() throws Exception {
    ByManifests subject = subject();
    String set = of("StatefulSet", "NAME-db").replace("replicas: 1", "serviceName: NAME");
    String daemons = of("DaemonSet", "NAME-logs").replace("  replicas: 1\n", "");

    Running running =
        deployed(
            subject,
            subject.of(
                "1.0.0",
                "task-1",
                ByManifests.SETTINGS,
                ByManifests.SERVICE,
                ByManifests.DEPLOYMENT,
                CLAIM,
                INGRESS,
                AUTOSCALER,
                set,
                daemons,
                JOB));

    subject.assertAnswers(running, "1.0.0");
    assertThat(subject.objects())
        .containsExactlyInAnyOrder(
            "ConfigMap NAME-settings",
            "ConfigMap NAME.ops-agent",
            "PersistentVolumeClaim NAME-files",
            "Service NAME",
            "Deployment NAME",
            "StatefulSet NAME-db",
            "DaemonSet NAME-logs",
            "Job NAME-migrate",
            "Ingress NAME",
            "HorizontalPodAutoscaler NAME");
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void whatTheNextReleaseDoesNotHaveIsPrunedButForClaimsAndWhatIsNotOurs() throws Exception {
    ByManifests subject = subject();
    deployed(
        subject,
        subject.of(
            "1.0.0",
            "task-1",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            CLAIM,
            of("Deployment", "NAME-other")));
    Deployment others = subject.others("others", 0);

    Running second = deployed(subject, subject.release("2.0.0", "task-2"));

    assertThat(subject.objects())
        .containsExactlyInAnyOrder(
            "ConfigMap NAME-settings",
            "ConfigMap NAME.ops-agent",
            "PersistentVolumeClaim NAME-files",
            "Service NAME",
            "Deployment NAME");
    assertThat(subject.isThere(others)).isTrue();
    subject.rollback(second);
    assertThat(subject.objects()).contains("Deployment NAME-other");
    assertThat(subject.isThere(others)).isTrue();
  }

  @Test
  void anObjectOfARecordThatLostItsLabelIsNotPruned() throws Exception {
    ByManifests subject = subject();
    deployed(
        subject,
        subject.of(
            "1.0.0",
            "task-1",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            of("Deployment", "NAME-other")));
    Deployment given = subject.givenAway("-other");

    deployed(subject, subject.release("2.0.0", "task-2"));

    assertThat(subject.isThere(given)).isTrue();
  }

  @Test
  void onlyPodsWhoseReleaseOrSettingsChangedAreReplaced() throws Exception {
    ByManifests subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    Running again = subject.deploy("1.0.0", "task-2");
    assertThat(again.identity()).isEqualTo(first.identity());
    assertThat(again.taskId()).isEqualTo("task-2");

    Running other =
        deployed(
            subject,
            subject.of(
                "1.0.0",
                "task-3",
                ByManifests.SETTINGS.replace("hello", "good morning"),
                ByManifests.SERVICE,
                ByManifests.DEPLOYMENT));

    assertThat(other.identity()).isNotEqualTo(first.identity());
  }

  @Test
  void aJobDoesItsWorkOnceForEachDeploymentAndNotForARollbackOrARestart() throws Exception {
    ByManifests subject = subject();
    String[] documents = {ByManifests.SETTINGS, ByManifests.SERVICE, ByManifests.DEPLOYMENT, JOB};
    deployed(subject, subject.of("1.0.0", "task-1", documents));
    String first = subject.job("-migrate").getMetadata().getUid();
    Running second = deployed(subject, subject.of("2.0.0", "task-2", documents));
    assertThat(subject.job("-migrate").getMetadata().getUid()).isNotEqualTo(first);

    subject.rollback(second);

    assertThat(subject.objects()).doesNotContain("Job NAME-migrate");
    deployed(subject, subject.of("3.0.0", "task-3", documents));
    ok(subject.runtime().restart(subject.target(), "task-4"));
    assertThat(subject.objects()).doesNotContain("Job NAME-migrate");
    assertThat(subject.running()).isPresent();
  }

  @Test
  void aJobThatFailsFailsTheDeployAndIsNotGoneBackToLater() throws Exception {
    ByManifests subject = subject();
    subject.deploy("1.0.0", "task-1");
    Release failing =
        subject.of(
            "2.0.0",
            "task-2",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            JOB.replace("/bin/true", "/bin/false"));

    Failure failure = subject.refused(failing);

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).contains("Job %s-migrate failed".formatted(subject.name()));
    assertThat(subject.running()).isEmpty();
    assertThat(subject.deploy("3.0.0", "task-3").previous()).contains("1.0.0");
  }

  @Test
  void aRefusalOfTheServerForOneObjectChangesNoneOfThem() throws Exception {
    ByManifests subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");
    subject.scaledByAnother(3);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> subject.running().map(Running::identity).orElse("").split(",").length == 3);
    Release second =
        subject.of(
            "2.0.0",
            "task-2",
            ByManifests.SETTINGS.replace("hello", "good morning"),
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT);

    Failure failure = subject.refused(second);

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("somebody-else").contains(".spec.replicas");
    assertThat(subject.setting("GREETING")).isEqualTo("hello");
    assertThat(subject.running().map(Running::digest)).contains(first.digest());
  }

  @Test
  void whatCannotBeChangedIsRefusedBeforeAnythingIs() throws Exception {
    ByManifests subject = subject();
    subject.deploy("1.0.0", "task-1");
    Release second =
        subject.of(
            "2.0.0",
            "task-2",
            ByManifests.SETTINGS.replace("hello", "good morning"),
            ByManifests.SERVICE.replace("app: NAME", "app: other"),
            ByManifests.DEPLOYMENT.replace("app: NAME", "app: other"));

    Failure failure = subject.refused(second);

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.cause()).contains("immutable");
    assertThat(subject.setting("GREETING")).isEqualTo("hello");
  }

  @Test
  void eachDeploymentOfAMigrationIsALossAndTheDeploymentStillRunsIt() throws Exception {
    ByManifests subject = subject();
    String migration =
        JOB.replace(
            "metadata: {name: NAME-migrate}",
            "metadata: {name: NAME-migrate, annotations: {dev.opsagent/migration: \"true\"}}");
    String[] documents = {
      ByManifests.SETTINGS, ByManifests.SERVICE, ByManifests.DEPLOYMENT, migration
    };
    String told =
        "Job %s-migrate migrates data, which a rollback does not undo".formatted(subject.name());
    Release first = subject.of("1.0.0", "task-1", documents);
    assertThat(ok(subject.runtime().losses(subject.target(), first))).containsExactly(told);

    deployed(subject, first);

    assertThat(subject.job("-migrate").getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/migration", "true");
    Release second = subject.of("2.0.0", "task-2", documents);
    assertThat(ok(subject.runtime().losses(subject.target(), second))).containsExactly(told);
    assertThat(ok(subject.runtime().losses(subject.target(), subject.release("3", "task-3"))))
        .isEmpty();
  }

  @Test
  void anAutoscalerOwnsTheNumberOfPods() throws Exception {
    ByManifests subject = subject();
    String[] documents = {
      ByManifests.SETTINGS, ByManifests.SERVICE, ByManifests.DEPLOYMENT, AUTOSCALER
    };
    deployed(subject, subject.of("1.0.0", "task-1", documents));
    subject.scaledByAnother(3);

    Running second = deployed(subject, subject.of("2.0.0", "task-2", documents));

    assertThat(subject.deployment().getSpec().getReplicas()).isEqualTo(3);
    subject.assertAnswers(second, "2.0.0");
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void driftNamesTheObjectTheFieldAndWhoChangedIt() throws Exception {
    ByManifests subject = subject();
    subject.deploy("1.0.0", "task-1");

    subject.settingByAnother("GREETING", "bye");
    subject.scaledByAnother(2);
    var _ = cluster().client().resource(subject.service().orElseThrow()).delete();

    List<Difference> found = ok(subject.runtime().drift(subject.target()));
    assertThat(found)
        .containsExactlyInAnyOrder(
            new Difference(
                "ConfigMap %s-settings: .data.GREETING".formatted(subject.name()),
                "hello",
                "bye",
                Optional.of("somebody-else")),
            new Difference(
                "Deployment %s: .spec.replicas".formatted(subject.name()),
                "1",
                "2",
                Optional.of("somebody-else")),
            new Difference("Service " + subject.name(), "present", "absent", Optional.empty()));
  }

  @Test
  void whatSomebodyElseMadeIsNamedWithItsManagersAndTakenOverByWordOnly() throws Exception {
    ByManifests subject = subject();
    Deployment others = subject.others("", 2);
    Release release = subject.release("1.0.0", "task-1");

    assertThat(ok(subject.runtime().foreign(subject.target(), release)))
        .singleElement()
        .asString()
        .startsWith("Deployment %s (managed by by-hand".formatted(subject.name()));
    Failure failure = subject.refused(release);

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("(managed by by-hand");
    assertThat(failure.fix()).contains("adopt: true");
    assertThat(subject.objects()).isEmpty();
    assertThat(subject.deployment().getSpec()).isEqualTo(others.getSpec());

    Running adopted = ok(subject.runtime().adopt(subject.target(), release));

    subject.assertAnswers(adopted, "1.0.0");
    assertThat(subject.deployment().getMetadata().getUid())
        .isEqualTo(others.getMetadata().getUid());
    assertThat(ok(subject.runtime().foreign(subject.target(), release))).isEmpty();
  }

  @Test
  void whatWasTakenOverComesBackWithARollback() throws Exception {
    ByManifests subject = subject();
    Deployment others = subject.others("", 2);
    Release broken = subject.broken("1.0.0", "task-1");
    no(subject.runtime().adopt(subject.target(), broken));

    Optional<Running> back = ok(subject.runtime().rollback(subject.target(), broken.digest()));

    assertThat(back).isPresent();
    assertThat(subject.deployment().getSpec().getReplicas()).isEqualTo(2);
    assertThat(container(subject.deployment()).getCommand()).isEmpty();
    assertThat(subject.deployment().getMetadata().getUid())
        .isEqualTo(others.getMetadata().getUid());
    assertThat(subject.service()).isEmpty();
  }

  @Test
  void whatWasMadeForAnotherTargetIsNeverTakenOver() throws Exception {
    ByManifests subject = subject();
    ByManifests other = subject();
    subject.deploy("1.0.0", "task-1");
    Release theirs =
        other.of(
            "1.0.0",
            "task-2",
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            ByManifests.SETTINGS.replace("NAME-settings", subject.name() + "-settings"));

    Failure failure = no(other.runtime().adopt(other.target(), theirs));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("ConfigMap " + subject.name() + "-settings");
    assertThat(failure.fix()).contains("other target");
    assertThat(other.objects()).isEmpty();
  }

  @Test
  void whatAReleaseWouldChangeIsToldAndNothingIsChanged() throws Exception {
    ByManifests subject = subject();
    Release first =
        subject.of(
            "1.0.0",
            "task-1",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            of("Deployment", "NAME-other"));
    assertThat(ok(subject.runtime().changes(subject.target(), first)))
        .contains("Deployment %s is made".formatted(subject.name()));
    assertThat(subject.objects()).isEmpty();
    deployed(subject, first);
    Release second =
        subject.of(
            "2.0.0",
            "task-2",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            JOB);

    assertThat(ok(subject.runtime().changes(subject.target(), second)))
        .containsExactly(
            ("Deployment %s is changed:"
                    + " .spec.template.spec.containers[name=service].env[name=VERSION].value")
                .formatted(subject.name()),
            "Job %s-migrate is run".formatted(subject.name()),
            "Deployment %s-other is deleted".formatted(subject.name()));
    assertThat(subject.running().map(Running::version)).contains("1.0.0");
  }

  @Test
  void dataThatWouldBeLostAreNamedWhileItRunsAndAlsoAfterAStop() throws Exception {
    ByManifests subject = subject();
    String set =
        of("StatefulSet", "NAME-db").replace("replicas: 1", "replicas: 1\n  serviceName: NAME");
    String[] with = {ByManifests.SETTINGS, ByManifests.SERVICE, ByManifests.DEPLOYMENT, CLAIM, set};
    Release first = subject.of("1.0.0", "task-1", with);
    assertThat(ok(subject.runtime().losses(subject.target(), first))).isEmpty();
    deployed(subject, first);
    Release without = subject.release("2.0.0", "task-2");

    assertThat(ok(subject.runtime().losses(subject.target(), subject.of("3", "task-3", with))))
        .isEmpty();
    for (boolean stopped : new boolean[] {false, true}) {
      if (stopped) {
        ok(subject.runtime().stop(subject.target()));
      }
      assertThat(ok(subject.runtime().losses(subject.target(), without)))
          .hasSize(2)
          .anyMatch(it -> it.startsWith("PersistentVolumeClaim " + subject.name() + "-files goes"))
          .anyMatch(it -> it.startsWith("StatefulSet " + subject.name() + "-db goes"));
    }
  }

  @Test
  void aStopLeavesSettingsServicesAndClaimsAndNothingThatMakesPods() throws Exception {
    ByManifests subject = subject();
    deployed(
        subject,
        subject.of(
            "1.0.0",
            "task-1",
            ByManifests.SETTINGS,
            ByManifests.SERVICE,
            ByManifests.DEPLOYMENT,
            CLAIM,
            of("DaemonSet", "NAME-logs").replace("  replicas: 1\n", ""),
            AUTOSCALER));

    assertThat(ok(subject.runtime().stop(subject.target()))).isTrue();

    assertThat(subject.objects())
        .containsExactlyInAnyOrder(
            "ConfigMap NAME-settings",
            "ConfigMap NAME.ops-agent",
            "PersistentVolumeClaim NAME-files",
            "Service NAME");
    Running again = ok(subject.runtime().restart(subject.target(), "task-2"));
    subject.assertAnswers(again, "1.0.0");
    assertThat(subject.objects()).contains("DaemonSet NAME-logs", "HorizontalPodAutoscaler NAME");
  }

  @Test
  void aTargetRunsByAnImageOrByManifestsAndNeverByBoth() throws Exception {
    ByManifests subject = subject();
    Deployed image = made(new Deployed(subject.name()));
    image.deploy("1.0.0", "task-1");

    Failure manifests = subject.refused(subject.release("2.0.0", "task-2"));

    assertThat(manifests.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(manifests.cause()).contains("deployed from an image");
    ok(subject.runtime().rollback(subject.target(), image.running().orElseThrow().digest()));
    subject.deploy("2.0.0", "task-2");
    Failure other = image.refused(image.release("3.0.0", "task-3"));
    assertThat(other.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(other.cause()).contains("deployed from manifests");
  }

  @Test
  void manifestsThatNothingIsServedByAreRefused() throws Exception {
    ByManifests subject = subject();

    Failure nothing = subject.refused(subject.of("1", "task-1", ByManifests.SETTINGS));
    Failure unreached =
        subject.refused(
            subject.of(
                "2",
                "task-1",
                ByManifests.SERVICE.replace("port: 8080", "port: 80"),
                ByManifests.DEPLOYMENT));

    Failure astray =
        subject.refused(
            subject.of(
                "3",
                "task-1",
                ByManifests.SERVICE,
                ByManifests.DEPLOYMENT,
                AUTOSCALER.replace(
                    "kind: Deployment, name: NAME", "kind: Deployment, name: other")));

    assertThat(astray.cause()).contains("leads to nothing of its manifests");
    assertThat(nothing.cause()).contains("no Deployment, StatefulSet, DaemonSet or Rollout");
    assertThat(unreached.cause()).contains("no Service " + subject.name() + " with the port 8080");
    assertThat(subject.objects()).isEmpty();
  }

  @Test
  void aQuotaThatForbidsThePodsOfAStatefulSetFailsTheDeployAtOnceAndNotTheNextOne()
      throws Exception {
    ByManifests subject = subject();
    String set =
        of("StatefulSet", "NAME").replace("replicas: 1", "replicas: 1\n  serviceName: NAME");
    String[] documents = {ByManifests.SETTINGS, ByManifests.SERVICE, set};
    try (Quota _ = Quota.ofNoPods()) {
      Failure failure = subject.refused(subject.of("1.0.0", "task-1", documents));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains("FailedCreate").contains("exceeded quota");
    }
    subject.assertAnswers(deployed(subject, subject.of("2.0.0", "task-2", documents)), "2.0.0");
  }

  @Test
  void aRecordThatNoClusterKeepsIsRefused() {
    ConfigMap large =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("large")
            .endMetadata()
            .addToData("A", "x".repeat(BundleRecord.MOST_BYTES))
            .build();
    Bundle bundle = new Bundle("1", "1", "task-1", Optional.empty(), 1000, List.of(large));
    String target = "staging/large";
    try (Cluster there = ok(door(cluster().declared()).open(target))) {
      Failure failure =
          no(
              new BundleRecord(target, "large", there.namespace())
                  .write(there, BundleIntent.next(target, bundle, Optional.empty())));

      assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
      assertThat(failure.cause()).contains("921600 are kept");
    }
  }

  @Test
  void whatACrashLoopingPodSaysIsTold() throws Exception {
    ByManifests subject = subject();

    Failure failure = subject.refused(subject.broken("1.0.0", "task-1"));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).containsPattern("CrashLoopBackOff|RunContainerError");
    assertThat(subject.runtime().log(subject.target())).doesNotContain(SECRET);
  }
}
