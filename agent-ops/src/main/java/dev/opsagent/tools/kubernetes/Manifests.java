package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.Requirements.Autoscaling;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects of one target, made of nothing but what is intended: the same intent gives the same
 * objects, whichever worker makes them.
 *
 * @param name of all objects
 */
record Manifests(String namespace, String name) {
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String NAME = "app.kubernetes.io/name";
  static final String OPS_AGENT = "ops-agent";

  /** A pod that ends in its first moments never was available. */
  private static final int FIRST_SECONDS = 2;

  private static final int LEAST_DEADLINE = FIRST_SECONDS + 3;

  /** So much sooner than this agent does, the cluster tells that it was too late. */
  private static final int AHEAD = 10;

  /** How the pods of the target are found. */
  Map<String, String> labels() {
    return Map.of(NAME, name, MANAGED_BY, OPS_AGENT);
  }

  Deployment deployment(Intent intent) {
    return new DeploymentBuilder()
        .withMetadata(metadata(intent.annotations()))
        .withNewSpec()
        .withReplicas(intent.replicas())
        .withMinReadySeconds(FIRST_SECONDS)
        .withProgressDeadlineSeconds(deadline(intent.recipe()))
        .withStrategy(strategy(intent.recipe()))
        .withNewSelector()
        .withMatchLabels(labels())
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels())
        .withAnnotations(intent.podAnnotations())
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withContainers(container(intent.recipe()))
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** Pod by pod, none of them goes before the one that takes its place is available. */
  private static DeploymentStrategy strategy(Recipe recipe) {
    DeploymentStrategyBuilder strategy = new DeploymentStrategyBuilder();
    return recipe.isRolling()
        ? strategy
            .withType("RollingUpdate")
            .withNewRollingUpdate()
            .withMaxSurge(new IntOrString(1))
            .withMaxUnavailable(new IntOrString(0))
            .endRollingUpdate()
            .build()
        : strategy.withType("Recreate").build();
  }

  Service service(Intent intent, int port) {
    return new ServiceBuilder()
        .withMetadata(metadata(Map.of(Intent.TARGET, intent.target())))
        .withNewSpec()
        .withSelector(labels())
        .addNewPort()
        .withPort(port)
        .withProtocol("TCP")
        .withNewTargetPort(port)
        .endPort()
        .endSpec()
        .build();
  }

  HorizontalPodAutoscaler autoscaler(Intent intent, Autoscaling bounds) {
    return new HorizontalPodAutoscalerBuilder()
        .withMetadata(metadata(Map.of(Intent.TARGET, intent.target())))
        .withNewSpec()
        .withNewScaleTargetRef()
        .withApiVersion("apps/v1")
        .withKind(ManifestKind.DEPLOYMENT.kind())
        .withName(name)
        .endScaleTargetRef()
        .withMinReplicas(bounds.min())
        .withMaxReplicas(bounds.max())
        .addNewMetric()
        .withType("Resource")
        .withNewResource()
        .withName("cpu")
        .withNewTarget()
        .withType("Utilization")
        .withAverageUtilization(bounds.targetCpuPercent())
        .endTarget()
        .endResource()
        .endMetric()
        .endSpec()
        .build();
  }

  private ObjectMeta metadata(Map<String, String> annotations) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(namespace)
        .withLabels(labels())
        .withAnnotations(annotations)
        .build();
  }

  private Container container(Recipe recipe) {
    ContainerBuilder made =
        new ContainerBuilder()
            .withName("service")
            .withImage(recipe.image())
            .withEnv(environment(recipe))
            .withNewResources()
            .withLimits(limits(recipe))
            .endResources();
    if (!recipe.command().isEmpty()) {
      made = made.withCommand(recipe.command());
    }
    if (recipe.port().isPresent()) {
      int port = recipe.port().get();
      made =
          made.addNewPort()
              .withContainerPort(port)
              .withProtocol("TCP")
              .endPort()
              .withNewReadinessProbe()
              .withNewTcpSocket()
              .withNewPort(port)
              .endTcpSocket()
              .withPeriodSeconds(1)
              .endReadinessProbe();
    }
    return made.build();
  }

  private static List<EnvVar> environment(Recipe recipe) {
    Map<String, String> all = new TreeMap<>(recipe.environment());
    recipe.port().ifPresent(port -> all.putIfAbsent("PORT", String.valueOf(port)));
    return all.entrySet().stream()
        .map(it -> new EnvVarBuilder().withName(it.getKey()).withValue(it.getValue()).build())
        .toList();
  }

  private static Map<String, Quantity> limits(Recipe recipe) {
    Map<String, Quantity> limits = new HashMap<>();
    recipe.cpus().ifPresent(cpus -> limits.put("cpu", new Quantity(millis(cpus), "m")));
    recipe.memory().ifPresent(bytes -> limits.put("memory", new Quantity(bytes.toString())));
    return limits;
  }

  private static String millis(double cpus) {
    return BigDecimal.valueOf(cpus).movePointRight(3).setScale(0, RoundingMode.UP).toPlainString();
  }

  private static int deadline(Recipe recipe) {
    return (int) Math.max(LEAST_DEADLINE, recipe.timeout().toSeconds() - AHEAD);
  }
}
