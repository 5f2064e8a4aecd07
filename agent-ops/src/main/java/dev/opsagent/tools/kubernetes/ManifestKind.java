package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The kinds of objects that a repository may hold, in the order in which they are needed. Of each
 * only those fields are taken that reach no further than the namespace, and no node.
 */
enum ManifestKind {
  CONFIG_MAP("v1", ConfigMap.class),
  PERSISTENT_VOLUME_CLAIM("v1", PersistentVolumeClaim.class),
  SERVICE("v1", Service.class),
  DEPLOYMENT("apps/v1", Deployment.class),
  STATEFUL_SET("apps/v1", StatefulSet.class),
  DAEMON_SET("apps/v1", DaemonSet.class),
  ROLLOUT("argoproj.io/v1alpha1", ArgoRollout.class),
  JOB("batch/v1", Job.class),
  INGRESS("networking.k8s.io/v1", Ingress.class),
  HORIZONTAL_POD_AUTOSCALER("autoscaling/v2", HorizontalPodAutoscaler.class);

  private final String apiVersion;
  private final Class<? extends HasMetadata> type;

  ManifestKind(String apiVersion, Class<? extends HasMetadata> type) {
    this.apiVersion = apiVersion;
    this.type = type;
  }

  static Optional<ManifestKind> of(String apiVersion, String kind) {
    return Arrays.stream(values())
        .filter(it -> it.apiVersion.equals(apiVersion) && it.kind().equals(kind))
        .findFirst();
  }

  static Optional<ManifestKind> of(String kind) {
    return Arrays.stream(values()).filter(it -> it.kind().equals(kind)).findFirst();
  }

  /** Those that make pods, of the kinds that every cluster has. */
  static Set<ManifestKind> workloads() {
    return Arrays.stream(values())
        .filter(it -> it.isWorkload() && it.addition().isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  static String all() {
    return Arrays.stream(values())
        .map(it -> it.apiVersion + " " + it.kind())
        .collect(Collectors.joining(", "));
  }

  String apiVersion() {
    return apiVersion;
  }

  String kind() {
    return HasMetadata.getKind(type);
  }

  /** What a cluster must have installed to have the kind; empty for those that each one has. */
  Optional<String> addition() {
    return this == ROLLOUT ? Optional.of("Argo Rollouts") : Optional.empty();
  }

  Class<? extends HasMetadata> type() {
    return type;
  }

  /** The fields that its specification may have. */
  Set<String> spec() {
    return switch (this) {
      case CONFIG_MAP -> Set.of();
      case PERSISTENT_VOLUME_CLAIM -> ManifestFields.CLAIM;
      case SERVICE ->
          Set.of(
              "selector",
              "ports",
              "type",
              "clusterIP",
              "sessionAffinity",
              "publishNotReadyAddresses",
              "ipFamilyPolicy");
      case DEPLOYMENT ->
          Set.of(
              "replicas",
              "selector",
              "template",
              "strategy",
              "minReadySeconds",
              "revisionHistoryLimit",
              "progressDeadlineSeconds");
      case STATEFUL_SET ->
          Set.of(
              "replicas",
              "selector",
              "template",
              "serviceName",
              "updateStrategy",
              "minReadySeconds",
              "podManagementPolicy",
              "revisionHistoryLimit",
              "volumeClaimTemplates");
      case DAEMON_SET ->
          Set.of(
              "selector", "template", "updateStrategy", "minReadySeconds", "revisionHistoryLimit");
      case ROLLOUT ->
          Set.of(
              "replicas",
              "selector",
              "template",
              "strategy",
              "minReadySeconds",
              "revisionHistoryLimit",
              "progressDeadlineSeconds",
              "progressDeadlineAbort",
              "rollbackWindow",
              "analysis");
      case JOB ->
          Set.of(
              "template",
              "backoffLimit",
              "completions",
              "parallelism",
              "completionMode",
              "activeDeadlineSeconds");
      case INGRESS -> Set.of("ingressClassName", "rules", "tls", "defaultBackend");
      case HORIZONTAL_POD_AUTOSCALER ->
          Set.of("scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior");
    };
  }

  /** Whether it makes pods. */
  boolean isWorkload() {
    return spec().contains("template");
  }

  /** Whether pods run because of it. */
  boolean endsWithStop() {
    return isWorkload() || this == HORIZONTAL_POD_AUTOSCALER;
  }

  /** Whether what goes with it are data. */
  boolean holdsData() {
    return this == PERSISTENT_VOLUME_CLAIM || this == STATEFUL_SET;
  }

  /** Whether it keeps pods running that callers reach. */
  boolean serves() {
    return isWorkload() && this != JOB;
  }
}
