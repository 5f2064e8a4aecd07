package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Environment;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code OPS_TEST_KUBECONFIG} on a real cluster, else on a mock of one. On a real one, {@code
 * OPS_TEST_KUBE_IMAGE} names, by its digest, an image whose service listens on {@code PORT}.
 */
abstract class OnCluster {
  static final String SECRET = "hunter2";
  static final String BAD = "registry.invalid/bad-image@sha256:" + "0".repeat(64);
  static final int PORT = 8080;
  private static final String PLAYED = "registry.invalid/web@sha256:" + "1".repeat(64);
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

  static TestingCluster cluster() {
    return opened.orElseThrow();
  }

  public Deployed subject() {
    return made(new Deployed(unique()));
  }

  static String unique() {
    return "web" + Long.toHexString(System.nanoTime());
  }

  /** Has it removed at the end. */
  final <T extends Deployed> T made(T subject) {
    made.add(subject);
    return subject;
  }

  static ServiceRuntime runtime(Environment.Cluster cluster) {
    return runtime(door(cluster));
  }

  static ServiceRuntime runtime(Cluster.Door door) {
    return new KubernetesRuntime(
        door, text -> text.replace(SECRET, "[secret]"), LIMITS, new RealTimers());
  }

  static Cluster.Door door(Environment.Cluster cluster) {
    return new ApiDoor(
        environment -> Optional.of(cluster).filter(it -> environment.equals("staging")), Map.of());
  }

  static Container container(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  static Image image() {
    String reference =
        Optional.ofNullable(System.getenv("OPS_TEST_KUBE_IMAGE"))
            .or(() -> Optional.of(PLAYED).filter(_ -> cluster().isPlayed()))
            .orElseThrow(() ->
                new IllegalStateException(
                    "OPS_TEST_KUBE_IMAGE must name, by its digest, an image that listens on PORT"));
    return new Image(reference, Optional.empty(), Optional.empty());
  }

  /** A target of the cluster. */
  static class Deployed implements RuntimeContract.Subject {
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
      return OnCluster.runtime(cluster().declared());
    }

    @Override
    public ServiceRuntime dying(int changes) {
      return OnCluster.runtime(target ->
          door(cluster().declared()).open(target).map(it -> new DyingCluster(it, changes)));
    }

    @Override
    public Release release(String version, String task) {
      return of(version, task, image(), List.of(), Optional.of(PORT));
    }

    @Override
    public Release broken(String version, String task) {
      return of(version, task, image(), List.of("/bin/false"), Optional.of(PORT));
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
    public void tamper(Running running) {
      scaledByAnother(3);
    }

    /** Nothing that somebody else manages is ever forced. */
    @Override
    public boolean healsByRestart() {
      return false;
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
