package dev.opsagent.tools.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.configuration.Setting;
import dev.opsagent.console.HttpEndpoints;
import dev.opsagent.console.Readiness;
import dev.opsagent.kafka.BusLoop;
import dev.opsagent.kafka.BusSettings;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Topics;
import dev.opsagent.redaction.Redactor;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** The manifests that are shipped for a worker, as kustomize puts the example together. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShippedManifestsTest {
  private static final Map<String, String> WORKER = Map.of("app.kubernetes.io/name", "ops-agent");

  private Kustomized example = new Kustomized(List.of(), List.of());

  @BeforeAll
  void make() throws Exception {
    example = Kustomized.of(ShippedRights.folder().resolve("example"));
  }

  @Test
  void theBaseStandsAlone() throws Exception {
    Kustomized base = Kustomized.of(ShippedRights.folder().resolve("base"));

    assertThat(base.all(Role.class)).as("rights are the target's to give").isEmpty();
    assertThat(base.others()).as("kinds that not every cluster has").isEmpty();
    assertThat(base.the(Deployment.class).getSpec().getReplicas()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aFieldThatNoClusterKnowsIsRefused() {
    assertThatThrownBy(() ->
            Kustomized.of(
                """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: ops-agent}
                spec: {maxUnavailabel: 1}
                """))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageContaining("maxUnavailabel");
  }

  @Test
  void aWorkerHasNoMoreOfItsNodeThanItNeeds() {
    PodSpec pod = pod();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(worker().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(worker().getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(worker().getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(worker().getResources().getLimits()).containsKeys("memory", "ephemeral-storage");
    assertThat(worker().getResources().getRequests()).containsKeys("cpu", "memory");
    assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getEmptyDir() != null)
        .hasSize(2)
        .allMatch(volume -> volume.getEmptyDir().getSizeLimit() != null);
  }

  @Test
  void aServiceOfThatNameMakesNoSetting() {
    assertThat(pod().getEnableServiceLinks()).isFalse();
  }

  @Test
  void aWorkerIsGivenMoreTimeToEndThanItTakes() {
    Duration grace = BusSettings.of(Map.of(), Topics.DEFAULT, "group", "worker").revokeGrace();

    assertThat(Duration.ofSeconds(pod().getTerminationGracePeriodSeconds()))
        .isGreaterThan(BusLoop.longestClose(grace).multipliedBy(2));
  }

  @Test
  void itsVariablesAreSettings() {
    Set<String> settings =
        Arrays.stream(Setting.values()).map(Setting::variable).collect(Collectors.toSet());
    settings.add("OPS_AGENT_CONFIG");

    assertThat(worker().getEnv()).extracting(EnvVar::getName).isSubsetOf(settings);
    assertThat(worker().getEnv())
        .filteredOn(it -> it.getName().equals(Setting.HTTP_PORT.variable()))
        .extracting(it -> Integer.valueOf(it.getValue()))
        .containsExactly(worker().getPorts().getFirst().getContainerPort());
  }

  @Test
  void probesAndScrapesAskForPagesThatAreThere() throws Exception {
    try (HttpEndpoints pages =
        HttpEndpoints.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            () -> new Readiness(List.of()),
            () -> new Readiness(List.of()),
            () -> "",
            Redactor.of(Map.of()))) {
      List<String> paths =
          Stream.concat(
                  probes().map(probe -> probe.getHttpGet().getPath()),
                  endpoints().map(it -> it.path("path").asString("")))
              .toList();
      assertThat(paths).hasSize(4);
      for (String path : paths) {
        assertThat(status(pages.address(), path)).as(path).isEqualTo(200);
      }
    }
    assertThat(probes().map(probe -> probe.getHttpGet().getPort().getStrVal()))
        .containsOnly(worker().getPorts().getFirst().getName());
  }

  private static int status(InetSocketAddress server, String path) throws Exception {
    URI page = URI.create("http://127.0.0.1:" + server.getPort() + path);
    return ((HttpURLConnection) page.toURL().openConnection()).getResponseCode();
  }

  private Stream<Probe> probes() {
    return Stream.of(
        worker().getStartupProbe(), worker().getLivenessProbe(), worker().getReadinessProbe());
  }

  @Test
  void whatIsReferredToIsThere() {
    assertThat(
            pod().getVolumes().stream()
                .filter(volume -> volume.getConfigMap() != null)
                .map(volume -> volume.getConfigMap().getName()))
        .containsExactly(example.the(ConfigMap.class).getMetadata().getName());
    assertThat(pod().getServiceAccountName())
        .isEqualTo(example.the(ServiceAccount.class).getMetadata().getName());
    assertThat(namespaces())
        .containsAll(
            example.objects().stream()
                .filter(it -> !(it instanceof Namespace))
                .map(it -> it.getMetadata().getNamespace())
                .toList());
  }

  private List<String> namespaces() {
    return example.all(Namespace.class).stream().map(it -> it.getMetadata().getName()).toList();
  }

  @Test
  void everyoneMeansTheSamePods() {
    Deployment workers = example.the(Deployment.class);
    NetworkPolicy policy = example.the(NetworkPolicy.class);
    assertThat(workers.getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(WORKER);
    assertThat(workers.getSpec().getSelector().getMatchLabels()).isEqualTo(WORKER);
    assertThat(example.the(Service.class).getSpec().getSelector()).isEqualTo(WORKER);
    assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(WORKER);
    assertThat(example.the(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels())
        .isEqualTo(WORKER);
    assertThat(pod().getTopologySpreadConstraints())
        .hasSize(2)
        .allMatch(it -> it.getLabelSelector().getMatchLabels().equals(WORKER));
    assertThat(example.the(Service.class).getMetadata().getLabels()).containsAllEntriesOf(WORKER);
  }

  @Test
  void nobodyButMetricsComesIn() {
    NetworkPolicy policy = example.the(NetworkPolicy.class);

    assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
    assertThat(policy.getSpec().getIngress())
        .singleElement()
        .satisfies(rule -> {
          assertThat(rule.getFrom()).hasSize(1);
          assertThat(rule.getPorts())
              .extracting(port -> port.getPort().getStrVal())
              .containsExactly("metrics");
        });
    assertThat(policy.getSpec().getEgress()).allMatch(rule -> !rule.getTo().isEmpty());
  }

  @Test
  void rightsAreGivenToTheWorkerWhereItDeploysAndNowhereElse() {
    ServiceAccount account = example.the(ServiceAccount.class);
    List<String> roles =
        example.all(Role.class).stream().map(it -> it.getMetadata().getName()).toList();

    assertThat(example.all(RoleBinding.class))
        .hasSameSizeAs(roles)
        .allSatisfy(binding -> {
          assertThat(binding.getMetadata().getNamespace()).isEqualTo("shop-staging");
          assertThat(roles).contains(binding.getRoleRef().getName());
          assertThat(binding.getSubjects())
              .containsExactly(
                  new Subject(
                      null,
                      "ServiceAccount",
                      account.getMetadata().getName(),
                      account.getMetadata().getNamespace()));
        });
    assertThat(example.all(Role.class))
        .allMatch(role -> role.getMetadata().getNamespace().equals("shop-staging"))
        .flatExtracting(Role::getRules)
        .allSatisfy(rule ->
            assertThat(Stream.of(rule.getVerbs(), rule.getResources(), rule.getApiGroups()))
                .allMatch(words -> !words.contains("*")));
  }

  @Test
  void theMonitorFindsThePortThatTheServiceNames() {
    assertThat(example.others()).hasSize(1);
    JsonNode monitor = example.others().getFirst();
    assertThat(monitor.propertyNames())
        .containsExactlyInAnyOrder("apiVersion", "kind", "metadata", "spec");
    assertThat(monitor.path("apiVersion").asString("")).isEqualTo("monitoring.coreos.com/v1");
    assertThat(monitor.path("kind").asString("")).isEqualTo("ServiceMonitor");
    assertThat(monitor.path("spec").propertyNames())
        .containsExactlyInAnyOrder("jobLabel", "selector", "endpoints");
    assertThat(endpoints())
        .singleElement()
        .satisfies(endpoint -> {
          assertThat(endpoint.propertyNames())
              .containsExactlyInAnyOrder("port", "path", "interval", "scrapeTimeout");
          assertThat(endpoint.path("port").asString(""))
              .isEqualTo(example.the(Service.class).getSpec().getPorts().getFirst().getName());
        });
  }

  private Stream<JsonNode> endpoints() {
    return example.others().getFirst().path("spec").path("endpoints").valueStream();
  }

  @Test
  void theImageIsTheOverlaysToName() {
    assertThat(worker().getImage()).isEqualTo("registry.example.com/ops-agent/worker:1.0.0");
    assertThat(example.objects()).extracting(HasMetadata::getKind).doesNotContain("Secret");
  }

  private PodSpec pod() {
    return example.the(Deployment.class).getSpec().getTemplate().getSpec();
  }

  private Container worker() {
    assertThat(pod().getContainers()).hasSize(1);
    return pod().getContainers().getFirst();
  }
}
