package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Environment;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What goes wrong with a release or on the way to its cluster, and how that is told. */
class KubernetesFailuresTest extends OnCluster {
  @Test
  void anImageThatCannotBePulledFailsTheDeployInSecondsWithWhatTheClusterWarnedOf()
      throws Exception {
    Deployed subject = subject();
    Image bad = new Image(BAD, Optional.empty(), Optional.empty());

    Failure failure =
        subject.refused(subject.of("1.0.0", "task-1", bad, List.of(), Optional.of(PORT)));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).containsPattern("ErrImagePull|ImagePullBackOff");
    assertThat(failure.fix()).contains("image exists");
    assertThat(subject.running()).isEmpty();
    if (cluster().isPlayed()) {
      assertThat(failure.cause()).contains("the cluster warned: Played: this pod is only played");
    }
  }

  @Test
  void aReleaseThatKeepsEndingFailsTheDeployWithTheEndOfItsLog() throws Exception {
    Deployed subject = subject();

    Failure failure = subject.refused(subject.broken("1.0.0", "task-1"));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNHEALTHY);
    assertThat(failure.cause()).containsPattern("CrashLoopBackOff|RunContainerError");
    if (cluster().isPlayed()) {
      assertThat(failure.cause())
          .contains("exit code 1")
          .contains("its log ends: no database for [secret]")
          .doesNotContain(SECRET);
    }
  }

  @Test
  void aReleaseThatNoNodeTakesFailsTheDeploy() throws Exception {
    Deployed subject = subject();
    Image large = new Image(image().reference(), Optional.of(1000.0), Optional.empty());

    Failure failure =
        subject.refused(subject.of("1.0.0", "task-1", large, List.of(), Optional.of(PORT)));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("Unschedulable").contains("Insufficient cpu");
  }

  @Test
  void aQuotaThatForbidsThePodsFailsTheDeploy() throws Exception {
    Deployed subject = subject();
    try (Quota _ = Quota.ofNoPods()) {
      Failure failure = subject.refused(subject.release("1.0.0", "task-1"));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains("FailedCreate").contains("exceeded quota");
      assertThat(failure.fix()).contains("quota");
    }
  }

  @Test
  void aReleaseThatNeverBecomesReadyFailsTheDeployWhenItsTimeIsOver() throws Exception {
    Deployed subject = subject();
    Release silent =
        subject.of(
            "1.0.0",
            "task-1",
            image(),
            List.of(),
            Optional.of(TestingController.NEVER_READY),
            Duration.ofSeconds(4));

    Failure failure = no(subject.runtime().deploy(subject.target(), silent));

    assertThat(failure.code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(failure.cause()).contains("not available within 3 s");
    assertThat(subject.running()).isEmpty();
  }

  @Test
  void aProgressDeadlineThatIsExceededFailsTheDeployAndIsNotHeldAgainstTheRollback()
      throws Exception {
    Assumptions.assumeTrue(cluster().isPlayed(), "real controllers tell it in their own time");
    Deployed subject = subject();
    subject.deploy("1.0.0", "task-1");
    Release silent =
        subject.of(
            "2.0.0", "task-2", image(), List.of(), Optional.of(TestingController.NEVER_READY));
    AtomicBoolean ended = new AtomicBoolean();
    Thread late =
        Thread.ofVirtual()
            .start(() ->
                await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> {
                      subject.tellLate("2.0.0");
                      return ended.get();
                    }));

    Failure failure = no(subject.runtime().deploy(subject.target(), silent));

    ended.set(true);
    late.join();
    assertThat(failure.code()).isEqualTo(ReasonCode.TIMEOUT);
    assertThat(failure.cause()).contains("ProgressDeadlineExceeded");
    assertThat(subject.deployment().getStatus().getConditions()).isNotEmpty();
    Optional<Running> back = ok(subject.runtime().rollback(subject.target(), silent.digest()));
    subject.assertAnswers(back.orElseThrow(), "1.0.0");
  }

  @Test
  void anAccountWithoutRightsIsToldWhichOnesAreMissing() throws Exception {
    Failure failure = no(runtime(leadingTo(cluster().url(), nobody())).running("staging/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
    assertThat(failure.action()).contains(cluster().namespace());
    assertThat(failure.fix()).contains("that right in the namespace " + cluster().namespace());
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void credentialsThatNobodyKnowsAreToldApartFromMissingRights() throws Exception {
    Failure failure =
        no(runtime(leadingTo(cluster().url(), TestingApi.UNKNOWN)).running("staging/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
    assertThat(failure.fix()).contains("renew them");
    assertThat(failure.sentence()).doesNotContain(TestingApi.UNKNOWN);
  }

  @Test
  void aServerThatDoesNotAnswerIsAPassingFailureAndNeverNothing() throws Exception {
    String nowhere = "http://127.0.0.1:" + FreePort.any();

    Failure failure = no(runtime(leadingTo(nowhere, "any")).running("staging/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.UNREACHABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.fix()).contains("cluster runs");
  }

  @Test
  void aKubeconfigThatWouldStartAProgramIsRefused() throws Exception {
    Path file = scratch.resolve("exec");
    Files.writeString(
        file,
        TestingCluster.kubeconfig("http://127.0.0.1:1", "x")
            .replace("{token: \"x\"}", "{exec: {apiVersion: v1, command: touch}}"));

    Failure failure = no(runtime(declared(file, Optional.empty())).running("staging/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(failure.cause()).contains("program");
  }

  @Test
  void aKubeconfigThatIsMissingOrUnsoundIsNamedAndNotQuoted() throws Exception {
    Path garbage = scratch.resolve("garbage");
    Files.writeString(garbage, "users: [" + SECRET);
    Path sound = scratch.resolve("sound");
    Files.writeString(sound, TestingCluster.kubeconfig("http://127.0.0.1:1", SECRET));

    for (Environment.Cluster declared :
        List.of(
            declared(scratch.resolve("missing"), Optional.empty()),
            declared(garbage, Optional.empty()),
            declared(sound, Optional.of("elsewhere")))) {
      Failure failure = no(runtime(declared).running("staging/web"));
      assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
      assertThat(failure.cause()).contains(declared.kubeconfig().orElseThrow());
      assertThat(failure.sentence()).doesNotContain(SECRET);
    }
  }

  @Test
  void withoutAKubeconfigTheWorkerMustRunInACluster() {
    var bare =
        new Environment.Cluster(
            cluster().namespace(), Optional.empty(), Optional.empty(), Optional.empty());

    Failure failure = no(runtime(bare).running("staging/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(failure.cause()).contains("does not run in a cluster");
    assertThat(failure.fix()).contains("kubernetes.kubeconfig");
  }

  @Test
  void aTargetWhoseEnvironmentHasNoClusterIsAFaultOfTheConfiguration() {
    Failure failure = no(runtime(cluster().declared()).running("elsewhere/web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(failure.cause()).contains("elsewhere");
  }

  @Test
  void aServiceWhoseNameNoObjectCanBearIsRefused() {
    Failure failure = no(runtime(cluster().declared()).running("staging/1.web"));

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.cause()).contains("1.web");
  }

  private static Environment.Cluster leadingTo(String url, String token) throws IOException {
    Path file = scratch.resolve("kubeconfig-" + Long.toHexString(System.nanoTime()));
    String written = TestingCluster.kubeconfig(url, token);
    String trusting = written.replace("server:", "insecure-skip-tls-verify: true, server:");
    Files.write(file, trusting.getBytes(StandardCharsets.UTF_8));
    return declared(file, Optional.empty());
  }

  private static Environment.Cluster declared(Path kubeconfig, Optional<String> context) {
    return new Environment.Cluster(
        cluster().namespace(), context, Optional.of(kubeconfig.toString()), Optional.empty());
  }

  /** The token of an account that may do nothing. */
  private static String nobody() {
    return cluster().isPlayed() ? TestingApi.NO_RIGHTS : cluster().tokenOfNobody();
  }
}
