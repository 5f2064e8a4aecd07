package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.opsagent.outside.Environment;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code OPS_TEST_KUBECONFIG} on a real cluster, else on a mock of one. {@code
 * OPS_TEST_KUBE_IMAGE} names, by its digest, an image whose service listens on {@code PORT};
 * without it releases on a real cluster take no connections.
 */
class KubernetesRuntimeTest implements RuntimeContract {
  private static final String SECRET = "hunter2";
  private static final String PAUSE =
      "registry.k8s.io/pause@sha256:7031c1b283388d2c2e09b57badb803c05ebed362dc88d84b480cc47f72a21097";
  private static final String BAD = "registry.invalid/bad-image@sha256:" + "0".repeat(64);
  private static final Rollout.Limits LIMITS =
      new Rollout.Limits(Duration.ofSeconds(1), Duration.ofSeconds(60));

  @TempDir static Path scratch;
  private static Optional<TestingCluster> opened = Optional.empty();

  private final List<Deployed> made = new ArrayList<>();

  @BeforeAll
  static void openCluster() throws IOException {
    opened = Optional.of(TestingCluster.open(scratch));
  }

  @AfterAll
  static void closeCluster() {
    cluster().close();
  }

  @AfterEach
  void removeEverything() {
    made.forEach(Deployed::remove);
  }

  private static TestingCluster cluster() {
    return opened.orElseThrow();
  }

  @Override
  public Deployed subject() {
    Deployed subject = new Deployed("web" + Long.toHexString(System.nanoTime()));
    made.add(subject);
    return subject;
  }

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
    Assumptions.assumeTrue(port().isPresent(), "no OPS_TEST_KUBE_IMAGE that serves");
    Deployed subject = subject();

    Running running = subject.deploy("1.0.0", "task-1");

    int port = port().orElseThrow();
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
    Assumptions.assumeTrue(port().isPresent(), "no OPS_TEST_KUBE_IMAGE that serves");
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
            .deploy(subject.target(), subject.of("1.0.0", "task-1", limited, List.of(), port())));

    Map<String, Quantity> limits = container(subject.deployment()).getResources().getLimits();
    assertThat(limits)
        .containsEntry("cpu", new Quantity("250m"))
        .extractingByKey("memory")
        .extracting(Quantity::getNumericalAmount)
        .isEqualTo(BigDecimal.valueOf(64L << 20));
  }

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
  void anImageThatCannotBePulledFailsTheDeployInSecondsWithWhatTheClusterWarnedOf()
      throws Exception {
    Deployed subject = subject();
    Image bad = new Image(BAD, Optional.empty(), Optional.empty());

    Failure failure = subject.refused(subject.of("1.0.0", "task-1", bad, List.of(), port()));

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

    Failure failure = subject.refused(subject.of("1.0.0", "task-1", large, List.of(), port()));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("Unschedulable").contains("Insufficient cpu");
  }

  @Test
  void aQuotaThatForbidsThePodsFailsTheDeploy() throws Exception {
    Deployed subject = subject();
    var quotas = cluster().client().resourceQuotas().inNamespace(cluster().namespace());
    var quota =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("none")
            .endMetadata()
            .withNewSpec()
            .addToHard("pods", new Quantity("0"))
            .endSpec()
            .build();
    quotas.resource(quota).create();
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() ->
              cluster().isPlayed()
                  || quotas.withName("none").get().getStatus().getHard().containsKey("pods"));
      Failure failure = subject.refused(subject.release("1.0.0", "task-1"));

      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
      assertThat(failure.cause()).contains("FailedCreate").contains("exceeded quota");
      assertThat(failure.fix()).contains("quota");
    } finally {
      quotas.withName("none").delete();
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

    for (Failure failure :
        List.of(
            no(runtime.running(subject.target())),
            no(runtime.stop(subject.target())),
            no(runtime.restart(subject.target(), "task-1")),
            no(runtime.rollback(subject.target(), "sha256:any")))) {
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

    Failure failure = subject.refused(subject.of("1.0.0", "task-1", moving, List.of(), port()));

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

  private static ServiceRuntime runtime(Environment.Cluster cluster) {
    return runtime(door(cluster));
  }

  private static ServiceRuntime runtime(Cluster.Door door) {
    return new KubernetesRuntime(
        door, text -> text.replace(SECRET, "[secret]"), LIMITS, new RealTimers());
  }

  private static Cluster.Door door(Environment.Cluster cluster) {
    return new ApiDoor(
        environment -> Optional.of(cluster).filter(it -> environment.equals("staging")), Map.of());
  }

  private static Container container(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  private static Image image() {
    String reference = Optional.ofNullable(System.getenv("OPS_TEST_KUBE_IMAGE")).orElse(PAUSE);
    return new Image(reference, Optional.empty(), Optional.empty());
  }

  /** Nobody listens in the image that is used when none is named. */
  private static Optional<Integer> port() {
    boolean serves = cluster().isPlayed() || System.getenv("OPS_TEST_KUBE_IMAGE") != null;
    return serves ? Optional.of(8080) : Optional.empty();
  }

  /** A target of the cluster. */
  static final class Deployed implements Subject {
    private final String name;

    Deployed(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    @Override
    public String target() {
      return "staging/" + name;
    }

    @Override
    public ServiceRuntime runtime() {
      return KubernetesRuntimeTest.runtime(cluster().declared());
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return KubernetesRuntimeTest.runtime(target ->
          door(cluster().declared()).open(target).map(it -> new DyingCluster(it, changes)));
    }

    @Override
    public Release release(String version, String task) {
      return of(version, task, image(), List.of(), port());
    }

    @Override
    public Release broken(String version, String task) {
      return of(version, task, image(), List.of("/bin/false"), port());
    }

    Release of(
        String version, String task, Image runs, List<String> command, Optional<Integer> port) {
      return of(version, task, runs, command, port, Duration.ofSeconds(90));
    }

    Release of(
        String version,
        String task,
        Image runs,
        List<String> command,
        Optional<Integer> port,
        Duration timeout) {
      return new Release(
          version,
          Digests.sha256(version.getBytes(StandardCharsets.UTF_8)),
          task,
          Path.of("unused"),
          Optional.of(runs),
          command,
          port,
          Optional.empty(),
          Optional.empty(),
          Map.of("VERSION", version),
          timeout);
    }

    Failure refused(Release release) {
      long begun = System.nanoTime();
      Failure failure = no(runtime().deploy(target(), release));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(60));
      return failure;
    }

    /** Within the cluster: every pod that its Service leads to is the release, and ready. */
    @Override
    public void assertAnswers(Running running, String version) {
      assertThat(running.version()).isEqualTo(version);
      assertThat(running.address().isPresent()).isEqualTo(service().isPresent());
      Map<String, String> selected =
          service().map(it -> it.getSpec().getSelector()).orElse(Map.of(Manifests.NAME, name));
      List<Pod> pods =
          cluster()
              .client()
              .pods()
              .inNamespace(cluster().namespace())
              .withLabels(selected)
              .list()
              .getItems();
      assertThat(pods).isNotEmpty().allMatch(Seen::isReady);
      assertThat(pods)
          .flatExtracting(pod -> pod.getSpec().getContainers().getFirst().getEnv())
          .filteredOn(it -> it.getName().equals("VERSION"))
          .extracting(EnvVar::getValue)
          .containsOnly(version);
    }

    @Override
    public void obstruct() {
      var spec = new Manifests(cluster().namespace(), name);
      Intent intent =
          Intent.next(
              target(), ok(Recipe.of(target(), release("0.0.1", "none"))), Optional.empty());
      Deployment others =
          new DeploymentBuilder(spec.deployment(intent))
              .editMetadata()
              .withAnnotations(Map.of())
              .withLabels(Map.of())
              .endMetadata()
              .editSpec()
              .withReplicas(0)
              .endSpec()
              .build();
      cluster().client().resource(others).create();
    }

    void obstructService() {
      var spec = new Manifests(cluster().namespace(), name);
      Intent intent =
          Intent.next(
              target(), ok(Recipe.of(target(), release("0.0.1", "none"))), Optional.empty());
      Service others = spec.service(intent, 8080);
      others.getMetadata().setAnnotations(Map.of());
      cluster().client().resource(others).create();
    }

    @Override
    public boolean isObstructed() {
      return found()
          .filter(it -> it.getSpec().getReplicas() == 0)
          .filter(it -> Intent.of(it).isEmpty())
          .isPresent();
    }

    @Override
    public ReasonCode refusal() {
      return ReasonCode.CONFLICT;
    }

    /** Another manager takes the number of replicas for itself. */
    void scaledByAnother(int replicas) {
      Deployment scaled =
          new DeploymentBuilder()
              .withNewMetadata()
              .withName(name)
              .withNamespace(cluster().namespace())
              .endMetadata()
              .withNewSpec()
              .withReplicas(replicas)
              .endSpec()
              .build();
      cluster()
          .client()
          .resource(scaled)
          .fieldManager("somebody-else")
          .forceConflicts()
          .serverSideApply();
    }

    /** What a controller tells when the time for progress is over. */
    void tellLate(String version) {
      Deployment late = deployment();
      boolean begun =
          pods().stream()
              .map(pod -> pod.getSpec().getContainers().getFirst().getEnv().toString())
              .anyMatch(it -> it.contains(version));
      if (!begun || !Seen.isObserved(late)) {
        return;
      }
      late.getStatus()
          .setConditions(
              List.of(
                  new DeploymentConditionBuilder()
                      .withType("Progressing")
                      .withStatus("False")
                      .withReason("ProgressDeadlineExceeded")
                      .withMessage("ReplicaSet has timed out progressing.")
                      .withLastUpdateTime(Instant.now().toString())
                      .build()));
      cluster().client().resource(late).updateStatus();
    }

    Deployment deployment() {
      return found().orElseThrow();
    }

    Optional<Deployment> found() {
      return Optional.ofNullable(
          cluster()
              .client()
              .apps()
              .deployments()
              .inNamespace(cluster().namespace())
              .withName(name)
              .get());
    }

    Optional<Service> service() {
      return Optional.ofNullable(
          cluster().client().services().inNamespace(cluster().namespace()).withName(name).get());
    }

    List<Pod> pods() {
      return cluster()
          .client()
          .pods()
          .inNamespace(cluster().namespace())
          .withLabel(Manifests.NAME, name)
          .list()
          .getItems();
    }

    void endPods() {
      pods().forEach(pod -> cluster().client().resource(pod).delete());
    }

    void remove() {
      cluster()
          .client()
          .apps()
          .deployments()
          .inNamespace(cluster().namespace())
          .withName(name)
          .delete();
      cluster().client().services().inNamespace(cluster().namespace()).withName(name).delete();
    }
  }
}
