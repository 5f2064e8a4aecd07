package dev.opsagent.tools.kubernetes;

import static dev.opsagent.tools.kubernetes.OnCluster.cluster;

import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Digests;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A target of the cluster whose releases are manifests. */
final class ByManifests extends OnCluster.Deployed {
  static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: NAME}
      spec: {selector: {app: NAME}, ports: [{port: 8080, targetPort: 8080}]}
      """;
  static final String SETTINGS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: NAME-settings}
      data: {GREETING: hello}
      """;
  static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: NAME}
      spec:
        replicas: 1
        minReadySeconds: 1
        strategy: {type: Recreate}
        selector: {matchLabels: {app: NAME}}
        template:
          metadata: {labels: {app: NAME}}
          spec:
            containers:
              - name: service
                image: IMAGE
                envFrom: [{configMapRef: {name: NAME-settings}}]
                env: [{name: VERSION, value: "RELEASE"}, {name: PORT, value: "8080"}]
                ports: [{containerPort: 8080}]
                readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
      """;

  private final Path folder;

  ByManifests(String name, Path scratch) {
    super(name);
    this.folder = scratch.resolve(name);
  }

  @Override
  public Release release(String version, String task) {
    return of(version, task, SETTINGS, SERVICE, DEPLOYMENT);
  }

  @Override
  public Release broken(String version, String task) {
    return of(version, task, SETTINGS, SERVICE, broken(DEPLOYMENT));
  }

  static String broken(String workload) {
    return workload.replace("image: IMAGE", "image: IMAGE\n          command: [/bin/false]");
  }

  /** A release of these documents. */
  Release of(String version, String task, String... documents) {
    String file =
        String.join("---\n", Arrays.asList(documents))
            .replace("NAME", name())
            .replace("RELEASE", version)
            .replace("IMAGE", OnCluster.image().reference());
    Path source = folder.resolve(version + "-" + task);
    try {
      Files.createDirectories(source);
      Files.writeString(source.resolve("web.yaml"), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Release(
        version,
        Digests.sha256(version.getBytes(StandardCharsets.UTF_8)),
        task,
        source,
        Optional.empty(),
        List.of(),
        Optional.of(OnCluster.PORT),
        Optional.of("web.yaml"),
        Optional.empty(),
        Map.of(),
        Duration.ofSeconds(60));
  }

  /** A Deployment of that name that somebody else has made. */
  @Override
  public void obstruct() {
    others("", 0);
  }

  /**
   * Somebody else's, with so many pods.
   *
   * @param end of its name
   */
  Deployment others(String end, int replicas) {
    Deployment plain =
        Serialization.unmarshal(
            DEPLOYMENT
                .replace("NAME", name())
                .replace("RELEASE", "0.0.1")
                .replace("IMAGE", OnCluster.image().reference()),
            Deployment.class);
    Deployment others =
        new DeploymentBuilder(plain)
            .editMetadata()
            .withName(name() + end)
            .withNamespace(cluster().namespace())
            .endMetadata()
            .editSpec()
            .withReplicas(replicas)
            .endSpec()
            .build();
    return cluster().client().resource(others).fieldManager("by-hand").serverSideApply();
  }

  @Override
  public boolean isObstructed() {
    return found()
        .filter(it -> it.getSpec().getReplicas() == 0)
        .filter(it -> !Marks.areOf(target(), it))
        .isPresent();
  }

  boolean isThere(HasMetadata object) {
    return cluster().client().resource(object).get() != null;
  }

  /** A Deployment of ours that somebody has taken for himself. */
  Deployment givenAway(String end) {
    Deployment mine =
        cluster()
            .client()
            .apps()
            .deployments()
            .inNamespace(cluster().namespace())
            .withName(name() + end)
            .get();
    mine.getMetadata().getLabels().remove(Marks.SERVICE);
    return cluster().client().resource(mine).update();
  }

  Job job(String end) {
    return cluster()
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(cluster().namespace())
        .withName(name() + end)
        .get();
  }

  String setting(String key) {
    return settings().getData().getOrDefault(key, "");
  }

  private ConfigMap settings() {
    return cluster()
        .client()
        .configMaps()
        .inNamespace(cluster().namespace())
        .withName(name() + "-settings")
        .get();
  }

  void settingByAnother(String key, String value) {
    ConfigMap other =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(name() + "-settings")
            .withNamespace(cluster().namespace())
            .endMetadata()
            .addToData(key, value)
            .build();
    cluster()
        .client()
        .resource(other)
        .fieldManager("somebody-else")
        .forceConflicts()
        .serverSideApply();
  }

  /** All objects that are there for the target, but for pods. */
  List<String> objects() {
    return kinds()
        .flatMap(kind ->
            cluster()
                .client()
                .resources(kind.type())
                .inNamespace(cluster().namespace())
                .withLabel(Marks.SERVICE, name())
                .list()
                .getItems()
                .stream())
        .map(it -> Named.of((HasMetadata) it).toString().replace(name(), "NAME"))
        .toList();
  }

  /** A real cluster need not have what somebody has to install. */
  private static Stream<ManifestKind> kinds() {
    return Arrays.stream(ManifestKind.values())
        .filter(it -> cluster().isPlayed() || it.addition().isEmpty());
  }

  @Override
  void remove() {
    kinds()
        .forEach(kind ->
            cluster()
                .client()
                .resources(kind.type())
                .inNamespace(cluster().namespace())
                .withLabel(Marks.SERVICE, name())
                .delete());
    for (String end : new String[] {"-other", "others"}) {
      cluster()
          .client()
          .apps()
          .deployments()
          .inNamespace(cluster().namespace())
          .withName(name() + end)
          .delete();
    }
    super.remove();
  }
}
