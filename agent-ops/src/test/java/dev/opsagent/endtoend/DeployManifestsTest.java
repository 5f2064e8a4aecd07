package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.tools.kubernetes.TestingCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What runs in a cluster is changed by a real worker: commits with manifests, on a played API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeployManifestsTest {
  private static final String IMAGE = "registry.invalid/web@sha256:" + "1".repeat(64);
  private static final String BAD_IMAGE = "registry.invalid/bad-image@sha256:" + "0".repeat(64);
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: NAME}
      spec: {selector: {app: NAME}, ports: [{port: 8080}]}
      """;
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: NAME}
      spec:
        replicas: 2
        selector: {matchLabels: {app: NAME}}
        template:
          metadata: {labels: {app: NAME}}
          spec:
            containers:
              - name: web
                image: IMAGE
                env: [{name: VERSION, value: RELEASE}]
                ports: [{containerPort: 8080}]
      """
          .replace("IMAGE", IMAGE);
  private static final String CLAIM =
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: NAME-files}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """;
  private static final String DATABASE =
      DEPLOYMENT
          .replace("kind: Deployment", "kind: StatefulSet")
          .replace("replicas: 2", "serviceName: NAME")
          .replace("NAME}", "NAME-db}");

  private static final String ROLLOUT =
      DEPLOYMENT
          .replace("apps/v1", "argoproj.io/v1alpha1")
          .replace("kind: Deployment", "kind: Rollout")
          .replace("replicas: 2", "strategy: {canary: {steps: [{setWeight: 50}, {pause: {}}]}}");

  private TestingCluster cluster;
  private PlayedIngress ingress;
  private TestStack stack;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    cluster = TestingCluster.played(scratch);
    ingress = PlayedIngress.before(cluster);
    stack = TestStack.create(scratch);
    stack.declare(
        """
        version: 1
        environments:
          - name: local
            kind: local
            runtime: kubernetes
            kubernetes:
              namespace: %s
              kubeconfig: %s
              address: %s/{service}/
        """
            .formatted(cluster.namespace(), cluster.kubeconfig(), ingress.address()));
    stack.startWorker().awaitReady();
  }

  @AfterAll
  void end() {
    if (stack != null) {
      stack.close();
    }
    ingress.close();
    cluster.close();
  }

  /** Commits the manifests and has them deployed; the task is called as the release is. */
  private StatusReport deploy(
      SampleService service, String version, String parameters, String... documents) {
    service.commit(
        "feat: " + version,
        Map.of(
            "k8s/web.yaml",
            String.join("---\n", List.of(documents))
                .replace("NAME", service.name)
                .replace("RELEASE", version)));
    String json =
        """
        {"source": {"path": "k8s"}, "version": "%s", "port": 8080, %s
         "health": {"http": {"path": "/%s/", "bodyContains": "sample %s"},
                    "attempts": 12, "interval": "PT0.25S", "deadline": "PT4S", "soak": "PT1S"}}
        """
            .formatted(version, parameters, service.name, version);
    return stack.run(
        new TaskDispatch(
            version,
            "deploy",
            service.target(),
            Optional.of(
                new RepositoryRef(
                    service.remote.toString(), Optional.of("main"), Optional.empty())),
            (ObjectNode) Json.readTree(json.getBytes(StandardCharsets.UTF_8)),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty()));
  }

  private static void succeeded(StatusReport report) {
    assertThat(report.state()).as("%s", report.reason()).isEqualTo(TaskState.SUCCEEDED);
  }

  private static Optional<ReasonCode> code(StatusReport report) {
    return report.reason().map(StatusReport.Reason::code);
  }

  private Optional<Deployment> deployment(String name) {
    return Optional.ofNullable(
        cluster
            .client()
            .apps()
            .deployments()
            .inNamespace(cluster.namespace())
            .withName(name)
            .get());
  }

  @Test
  void badReleasesAreTakenBackByThemselvesAndTheManifestsOfBeforeHoldAgain() {
    SampleService service = stack.service("shop");
    succeeded(deploy(service, "shop-1", "", SERVICE, DEPLOYMENT));
    assertThat(ingress.version("shop")).contains("shop-1");
    var before = deployment("shop").orElseThrow().getSpec();

    StatusReport unpullable =
        deploy(
            service,
            "shop-2",
            "",
            SERVICE,
            DEPLOYMENT.replace(IMAGE, BAD_IMAGE),
            DEPLOYMENT.replace("NAME}", "NAME-more}"));
    StatusReport wrong =
        deploy(service, "shop-3", "", SERVICE, DEPLOYMENT.replace("RELEASE", "another"));

    assertThat(unpullable.state()).isIn(TaskState.FAILED, TaskState.ROLLED_BACK);
    assertThat(code(unpullable)).contains(ReasonCode.PRECONDITION_FAILED);
    assertThat(unpullable.reason().orElseThrow().detail()).contains("ImagePullBackOff");
    assertThat(wrong.state()).as("%s", wrong.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(code(wrong)).contains(ReasonCode.UNHEALTHY);
    assertThat(ingress.version("shop")).contains("shop-1");
    assertThat(deployment("shop").orElseThrow().getSpec()).isEqualTo(before);
    assertThat(deployment("shop-more")).isEmpty();
    assertThat(stack.deployment(service.target()).quarantined()).hasSize(1);
    succeeded(deploy(service, "shop-4", "", SERVICE, DEPLOYMENT));
    succeeded(stack.run(service.task("shop-back", "rollback", "{}")));
    assertThat(ingress.version("shop")).contains("shop-1");
    succeeded(stack.run(service.task("shop-stop", "stop", "{}")));
    assertThat(ingress.version("shop")).isEmpty();
    assertThat(deployment("shop")).isEmpty();
  }

  @Test
  void aClaimOrAStatefulSetIsNotLostUnlessTheTaskAndAPersonLetItGo() {
    SampleService service = stack.service("store");
    succeeded(deploy(service, "store-1", "", SERVICE, DEPLOYMENT, CLAIM, DATABASE));

    StatusReport claim = deploy(service, "store-2", "", SERVICE, DEPLOYMENT, DATABASE);
    StatusReport set = deploy(service, "store-3", "", SERVICE, DEPLOYMENT, CLAIM);

    for (StatusReport refused : List.of(claim, set)) {
      assertThat(refused.state()).isEqualTo(TaskState.FAILED);
      assertThat(code(refused)).contains(ReasonCode.DATA_LOSS_RISK);
      assertThat(refused.changes()).isEmpty();
      assertThat(stack.escalations(refused.taskId()))
          .extracting(Escalation::trigger)
          .containsExactly(Trigger.DATA_LOSS_RISK);
    }
    assertThat(claim.reason().orElseThrow().detail()).contains("PersistentVolumeClaim store-files");
    assertThat(set.reason().orElseThrow().detail()).contains("StatefulSet store-db");
    assertThat(ingress.version("store")).contains("store-1");

    StatusReport asked =
        deploy(service, "store-4", "\"allowDataLoss\": true,", SERVICE, DEPLOYMENT, CLAIM);

    assertThat(asked.state()).isEqualTo(TaskState.AWAITING_DECISION);
    stack
        .client
        .control(
            new TaskResolve("store-4", service.target(), "ann", Decision.DONE, "it was copied"))
        .toCompletableFuture()
        .join();
    succeeded(stack.client.await("store-4", Duration.ofMinutes(3)));
    assertThat(ingress.version("store")).contains("store-4");
    assertThat(
            cluster
                .client()
                .apps()
                .statefulSets()
                .inNamespace(cluster.namespace())
                .withName("store-db")
                .get())
        .isNull();
  }

  @Test
  void aRolloutThatWaitsForAPersonIsGoneOnWithOrBackFromByHisWord() {
    SampleService service = stack.service("steps");
    succeeded(deploy(service, "steps-1", "", SERVICE, ROLLOUT));

    StatusReport asked = deploy(service, "steps-2", "", SERVICE, ROLLOUT);

    assertThat(asked.state()).as("%s", asked.reason()).isEqualTo(TaskState.AWAITING_DECISION);
    assertThat(code(asked)).contains(ReasonCode.INCONCLUSIVE);
    assertThat(asked.reason().orElseThrow().detail())
        .contains("Rollout steps waits for a person", "kubectl argo rollouts promote steps -n");
    cluster.tellRollout("steps", "promoteFull");
    control(new TaskResolve("steps-2", service.target(), "ann", Decision.CONTINUE, "promoted"));
    succeeded(stack.client.await("steps-2", Duration.ofMinutes(3)));
    assertThat(ingress.version("steps")).contains("steps-2");

    StatusReport again = deploy(service, "steps-3", "", SERVICE, ROLLOUT);
    assertThat(again.state()).as("%s", again.reason()).isEqualTo(TaskState.AWAITING_DECISION);
    cluster.tellRollout("steps", "abort");
    control(new TaskResolve("steps-3", service.target(), "ann", Decision.CONTINUE, "aborted"));
    StatusReport aborted = stack.client.await("steps-3", Duration.ofMinutes(3));
    assertThat(aborted.state()).as("%s", aborted.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(code(aborted)).contains(ReasonCode.UNHEALTHY);
    assertThat(ingress.version("steps")).contains("steps-2");
  }

  private void control(ControlMessage message) {
    stack.client.control(message).toCompletableFuture().join();
  }

  @Test
  void whatWasMadeByHandIsTakenOverByWordOfTheTaskOnlyAndItsDriftIsToldThen() {
    SampleService service = stack.service("hand");
    HasMetadata made =
        Serialization.unmarshal(
            DEPLOYMENT.replace("NAME", "hand").replace("RELEASE", "by-hand"), Deployment.class);
    made.getMetadata().setNamespace(cluster.namespace());
    var _ = cluster.client().resource(made).fieldManager("ann").serverSideApply();

    StatusReport refused = deploy(service, "hand-1", "", SERVICE, DEPLOYMENT);

    assertThat(refused.state()).isEqualTo(TaskState.FAILED);
    assertThat(code(refused)).contains(ReasonCode.CONFLICT);
    assertThat(refused.reason().orElseThrow().detail())
        .contains("Deployment hand (managed by ann)", "adopt: true");
    assertThat(refused.changes()).isEmpty();

    succeeded(deploy(service, "hand-2", "\"adopt\": true,", SERVICE, DEPLOYMENT));

    assertThat(ingress.version("hand")).contains("hand-2");
    made.getMetadata().setLabels(Map.of());
    var _ = cluster.client().resource(made).fieldManager("ann").forceConflicts().serverSideApply();
    StatusReport drift = stack.run(service.task("hand-drift", "infrastructure.drift", "{}"));
    assertThat(drift.deliverables())
        .filteredOn(Deliverable.DriftReport.class::isInstance)
        .asString()
        .contains("containers[name=web].env[name=VERSION].value", "hand-2", "by-hand", "ann");
  }
}
