package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every runtime promises, and what a Deployment and its Service are like besides. */
class KubernetesRuntimeTest extends OnCluster implements RuntimeContract {
  @Test
  void theObjectsSayWhoMadeThemOfWhatAndForWhichTask() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");
    Running running = subject.deploy("2.0.0", "task-2");

    Deployment deployment = subject.deployment();
    assertThat(deployment.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "ops-agent")
        .containsEntry("app.kubernetes.io/name", subject.name());
    assertThat(deployment.getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/target", subject.target())
        .containsEntry("dev.opsagent/version", "2.0.0")
        .containsEntry("dev.opsagent/digest", running.digest())
        .containsEntry("dev.opsagent/task", "task-2")
        .containsEntry("dev.opsagent/previous", "1.0.0");
    assertThat(container(deployment).getImage()).contains("@sha256:");
  }

  @Test
  void aReleaseWithAPortHasAServiceAProbeAndAnAddress() throws Exception {
    Deployed subject = subject();

    Running running = subject.deploy("1.0.0", "task-1");

    int port = PORT;
    Container container = container(subject.deployment());
    assertThat(container.getPorts().getFirst().getContainerPort()).isEqualTo(port);
    assertThat(container.getReadinessProbe().getTcpSocket().getPort().getIntVal()).isEqualTo(port);
    assertThat(subject.service().orElseThrow().getSpec().getPorts().getFirst().getPort())
        .isEqualTo(port);
    assertThat(running.address())
        .contains("http://%s.%s.svc:%d".formatted(subject.name(), cluster().namespace(), port));
    Environment.Cluster declared = cluster().declared();
    Environment.Cluster reachable =
        new Environment.Cluster(
            declared.namespace(),
            declared.context(),
            declared.kubeconfig(),
            Optional.of("https://{service}.example.com/{service}"));
    assertThat(ok(runtime(reachable).running(subject.target())).flatMap(Running::address))
        .contains("https://%1$s.example.com/%1$s".formatted(subject.name()));
  }

  @Test
  void theServiceGoesWithAReleaseThatHasNoPortAndComesBackWithTheOneBefore() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");

    Running second =
        ok(
            subject
                .runtime()
                .deploy(
                    subject.target(),
                    subject.of("2.0.0", "task-2", image(), List.of(), Optional.empty())));

    assertThat(second.address()).isEmpty();
    assertThat(subject.service()).isEmpty();
    subject.assertAnswers(subject.rollback(second).orElseThrow(), "1.0.0");
    assertThat(subject.service()).isPresent();
  }

  @Test
  void limitsAreTheContainersLimits() throws Exception {
    Deployed subject = subject();
    Image limited = new Image(image().reference(), Optional.of(0.25), Optional.of(64L << 20));

    ok(
        subject
            .runtime()
            .deploy(
                subject.target(),
                subject.of("1.0.0", "task-1", limited, List.of(), Optional.of(PORT))));

    Map<String, Quantity> limits = container(subject.deployment()).getResources().getLimits();
    assertThat(limits)
        .containsEntry("cpu", new Quantity("250m"))
        .extractingByKey("memory")
        .extracting(Quantity::getNumericalAmount)
        .isEqualTo(BigDecimal.valueOf(64L << 20));
    assertThat(ok(subject.runtime().allotted(subject.target())))
        .contains(new ServiceRuntime.Allotment(Optional.of(0.25), Optional.of(64L << 20)));
  }

  @Test
  void podsAreReplacedOneByOneAndBecomeMoreAndFewer() throws Exception {
    Deployed subject = subject();
    ServiceRuntime runtime = subject.runtime();
    String target = subject.target();
    Running first = ok(runtime.roll(target, subject.release("1.0.0", "task-1").times(3), ANY));
    assertThat(first.replicas()).contains(new ServiceRuntime.Replicas(3, 3));

    Running second = ok(runtime.roll(target, subject.release("2.0.0", "task-2"), ANY));

    assertThat(second.version()).isEqualTo("2.0.0");
    assertThat(second.wanted()).as("as many as before").isEqualTo(3);
    assertThat(subject.deployment().getSpec().getStrategy().getRollingUpdate().getMaxUnavailable())
        .isEqualTo(new IntOrString(0));
    assertThat(ok(runtime.scale(target, 2, ANY)).wanted()).isEqualTo(2);
    assertThat(subject.deployment().getSpec().getReplicas()).isEqualTo(2);
    assertThat(ok(runtime.drift(target))).isEmpty();
    assertThat(subject.rollback(second).orElseThrow().wanted()).isEqualTo(3);
    ok(runtime.stop(target));
    assertThat(no(runtime.scale(target, 2, ANY)).code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(ok(runtime.restart(target, "task-3")).wanted()).isEqualTo(3);
  }

  private static final ServiceRuntime.Trial ANY = (_, _) -> new Answer.Ok<>(true);

  @Test
  void aRollbackAppliesTheManifestOfTheReleaseBefore() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");
    var before = subject.deployment().getSpec();
    Running second = subject.deploy("2.0.0", "task-2");

    subject.rollback(second);

    assertThat(subject.deployment().getSpec().getTemplate()).isEqualTo(before.getTemplate());
    assertThat(subject.deployment().getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/version", "1.0.0")
        .containsEntry("dev.opsagent/task", "task-1");
  }

  @Test
  void aFieldThatSomebodyElseManagesIsAConflictThatNamesManagerAndField() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");
    subject.scaledByAnother(3);

    Failure failure =
        no(subject.runtime().deploy(subject.target(), subject.release("2.0.0", "task-2")));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("somebody-else").contains(".spec.replicas");
    assertThat(failure.fix()).contains("nothing is overwritten");
    assertThat(failure.retryable()).isFalse();
    assertThat(subject.deployment().getSpec().getReplicas()).isEqualTo(3);
    assertThat(subject.deployment().getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/version", "1.0.0");
  }

  @Test
  void theIdentityChangesWhenAPodIsReplaced() throws Exception {
    Deployed subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");

    subject.endPods();

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() ->
            assertThat(subject.running().map(Running::identity))
                .isPresent()
                .isNotEqualTo(Optional.of(first.identity())));
  }

  @Test
  void aStopKeepsTheReleaseAndLeavesNoPod() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");

    assertThat(ok(subject.runtime().stop(subject.target()))).isTrue();

    assertThat(subject.pods()).isEmpty();
    assertThat(subject.deployment().getSpec().getReplicas()).isZero();
    assertThat(subject.deployment().getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/version", "1.0.0");
  }

  @Test
  void aRestartIsWrittenOnThePodsAsTheFieldsOwnToolsDo() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");

    ok(subject.runtime().restart(subject.target(), "task-2"));

    assertThat(subject.deployment().getSpec().getTemplate().getMetadata().getAnnotations())
        .containsKey("kubectl.kubernetes.io/restartedAt");
  }

  @Test
  void theFirstReleaseThatIsTakenBackLeavesNoObject() throws Exception {
    Deployed subject = subject();
    Running first = subject.deploy("1.0.0", "task-1");

    assertThat(subject.rollback(first)).isEmpty();

    assertThat(subject.found()).isEmpty();
    assertThat(subject.service()).isEmpty();
    assertThat(subject.pods()).isEmpty();
  }

  @Test
  void aDeploymentOfTheTargetsNameIsNotTouchedByAnyQuestion() {
    Deployed subject = subject();
    subject.obstruct();
    ServiceRuntime runtime = subject.runtime();

    assertThat(ok(runtime.running(subject.target()))).isEmpty();
    assertThat(ok(runtime.rollback(subject.target(), "sha256:any"))).isEmpty();
    for (Failure failure :
        List.of(
            no(runtime.stop(subject.target())),
            no(runtime.restart(subject.target(), "task-1")),
            no(runtime.drift(subject.target())))) {
      assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
      assertThat(failure.cause()).contains(subject.name());
    }
    assertThat(subject.isObstructed()).isTrue();
  }

  @Test
  void aServiceOfTheTargetsNameIsRefusedBeforeAnythingChanges() throws Exception {
    Deployed subject = subject();
    subject.obstructService();

    Failure failure =
        no(subject.runtime().deploy(subject.target(), subject.release("1.0.0", "task-1")));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("Service");
    assertThat(subject.found()).isEmpty();
  }

  @Test
  void anImageThatSomebodyCanMoveIsNotRun() throws Exception {
    Deployed subject = subject();
    Image moving = new Image("web:1.0.0", Optional.empty(), Optional.empty());

    Failure failure =
        subject.refused(subject.of("1.0.0", "task-1", moving, List.of(), Optional.of(PORT)));

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.fix()).contains("NAME@sha256:DIGEST");
  }

  @Test
  void settingsThatAClusterDoesNotKeepAreRefusedBeforeAnythingChanges() throws Exception {
    Deployed subject = subject();
    Release release = subject.release("1.0.0", "task-1");
    Release large =
        new Release(
            release.version(),
            release.digest(),
            release.taskId(),
            release.source(),
            release.image(),
            release.command(),
            release.port(),
            release.file(),
            release.project(),
            Map.of("LARGE", "x".repeat(210 << 10)),
            release.timeout());

    Failure failure = subject.refused(large);

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.fix()).contains("env");
    assertThat(subject.found()).isEmpty();
  }

  @Test
  void theLogIsThatOfTheNewestPodWithoutSecrets() throws Exception {
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");

    String log = subject.runtime().log(subject.target());

    assertThat(log).doesNotContain(SECRET);
    if (cluster().isPlayed()) {
      assertThat(log).isEqualTo("no database for [secret]");
    }
  }
}
