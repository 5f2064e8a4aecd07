package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Environment;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The cluster that {@code OPS_TEST_KUBECONFIG} leads to, with a namespace of its own; without it, a
 * mock of the API with controllers that are played.
 */
public final class TestingCluster implements AutoCloseable {
  private static final Logger TOLD = Logger.getLogger("io.fabric8.mockwebserver");

  private final Optional<KubernetesMockServer> mock;
  private final Optional<TestingApi> api;
  private final Optional<TestingController> controller;
  private final Optional<PlayedWorkloads> workloads;
  private final Path kubeconfig;
  private final Path ofTest;
  private final KubernetesClient client;
  private final String namespace;

  private TestingCluster(
      Optional<KubernetesMockServer> mock,
      Optional<TestingApi> api,
      Optional<TestingController> controller,
      Optional<PlayedWorkloads> workloads,
      Path kubeconfig,
      Path ofTest,
      KubernetesClient client,
      String namespace) {
    this.mock = mock;
    this.api = api;
    this.controller = controller;
    this.workloads = workloads;
    this.kubeconfig = kubeconfig;
    this.ofTest = ofTest;
    this.client = client;
    this.namespace = namespace;
  }

  static TestingCluster open(Path scratch) throws IOException {
    String namespace = "ops-test-" + Long.toHexString(System.nanoTime());
    Optional<Path> real =
        Optional.ofNullable(System.getenv("OPS_TEST_KUBECONFIG"))
            .filter(it -> !it.isBlank())
            .map(Path::of);
    return real.isPresent() ? real(real.get(), namespace) : played(scratch, namespace);
  }

  /** A mock, also where a real one is at hand. */
  public static TestingCluster played(Path scratch) throws IOException {
    return played(scratch, "ops-test-" + Long.toHexString(System.nanoTime()));
  }

  private static TestingCluster real(Path kubeconfig, String namespace) {
    KubernetesClient client = client(Config.fromKubeconfig(kubeconfig.toFile()));
    var _ =
        client
            .namespaces()
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
            .create();
    return new TestingCluster(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        kubeconfig,
        kubeconfig,
        client,
        namespace);
  }

  private static TestingCluster played(Path scratch, String namespace) throws IOException {
    // It would tell every request.
    TOLD.setLevel(Level.WARNING);
    TestingApi api = new TestingApi();
    KubernetesMockServer server =
        new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), api, false);
    server.init();
    String url = server.url("/");
    Path kubeconfig = scratch.resolve("kubeconfig");
    Files.writeString(kubeconfig, kubeconfig(url, TestingApi.WORKER));
    Path ofTest = scratch.resolve("kubeconfig-of-the-test");
    Files.writeString(ofTest, kubeconfig(url, "everything"));
    TestingController controller =
        new TestingController(client(Config.fromKubeconfig(ofTest.toFile())), namespace);
    controller.start();
    PlayedWorkloads workloads =
        new PlayedWorkloads(client(Config.fromKubeconfig(ofTest.toFile())), namespace);
    workloads.start();
    return new TestingCluster(
        Optional.of(server),
        Optional.of(api),
        Optional.of(controller),
        Optional.of(workloads),
        kubeconfig,
        ofTest,
        client(Config.fromKubeconfig(ofTest.toFile())),
        namespace);
  }

  private static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder()
        .withConfig(new ConfigBuilder(config).withRequestRetryBackoffLimit(2).build())
        .build();
  }

  /** A file that leads to the address with the token, in a context {@code here}. */
  static String kubeconfig(String url, String token) {
    return """
    apiVersion: v1
    kind: Config
    current-context: here
    clusters:
      - name: there
        cluster: {server: "%s"}
    users:
      - name: somebody
        user: {token: "%s"}
    contexts:
      - name: here
        context: {cluster: there, user: somebody}
    """
        .formatted(url, token);
  }

  boolean isPlayed() {
    return mock.isPresent();
  }

  public KubernetesClient client() {
    return client;
  }

  public String namespace() {
    return namespace;
  }

  String url() {
    return client.getConfiguration().getMasterUrl();
  }

  /** Of an account of the namespace that nobody gave any right. */
  String tokenOfNobody() {
    var accounts = client.serviceAccounts().inNamespace(namespace);
    var account =
        new ServiceAccountBuilder().withNewMetadata().withName("nobody").endMetadata().build();
    if (accounts.withName("nobody").get() == null) {
      var _ = accounts.resource(account).create();
    }
    return accounts.withName("nobody").tokenRequest().getStatus().getToken();
  }

  /** What the worker has asked for, where it is played. */
  Set<Right> asked() {
    return api.map(TestingApi::asked).orElse(Set.of());
  }

  /** Where the file is that leads the worker to it. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** Where the file is that leads somebody to it who may do everything. */
  public Path ofAnybody() {
    return ofTest;
  }

  /** As an environment declares it. */
  Environment.Cluster declared() {
    return new Environment.Cluster(
        namespace, Optional.empty(), Optional.of(kubeconfig.toString()), Optional.empty());
  }

  @Override
  public void close() {
    if (!isPlayed()) {
      var _ = client.namespaces().withName(namespace).delete();
    }
    client.close();
    controller.ifPresent(TestingController::close);
    workloads.ifPresent(PlayedWorkloads::close);
    mock.ifPresent(KubernetesMockServer::destroy);
  }
}
