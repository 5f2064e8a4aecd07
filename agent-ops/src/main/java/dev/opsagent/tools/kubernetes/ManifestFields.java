package dev.opsagent.tools.kubernetes;

import java.util.Set;

/** The fields that parts of an object may have; each other one is refused. */
final class ManifestFields {
  static final Set<String> ROOT =
      Set.of("apiVersion", "kind", "metadata", "spec", "data", "binaryData", "immutable");
  static final Set<String> METADATA = Set.of("name", "namespace", "labels", "annotations");
  static final Set<String> CLAIM =
      Set.of("accessModes", "resources", "storageClassName", "volumeMode");
  static final Set<String> SELECTOR = Set.of("matchLabels");
  static final Set<String> SERVICE_PORT =
      Set.of("name", "port", "targetPort", "protocol", "appProtocol");
  static final Set<String> TEMPLATE = Set.of("metadata", "spec");
  static final Set<String> TEMPLATE_METADATA = Set.of("labels", "annotations");
  static final Set<String> CLAIM_TEMPLATE = Set.of("apiVersion", "kind", "metadata", "spec");
  static final Set<String> CLAIM_METADATA = Set.of("name", "labels", "annotations");

  static final Set<String> POD =
      Set.of(
          "containers",
          "initContainers",
          "volumes",
          "restartPolicy",
          "terminationGracePeriodSeconds",
          "activeDeadlineSeconds",
          "securityContext",
          "automountServiceAccountToken",
          "enableServiceLinks",
          "imagePullSecrets",
          "affinity",
          "nodeSelector",
          "tolerations",
          "topologySpreadConstraints");
  static final Set<String> POD_SECURITY =
      Set.of(
          "runAsNonRoot",
          "runAsUser",
          "runAsGroup",
          "fsGroup",
          "fsGroupChangePolicy",
          "supplementalGroups",
          "seccompProfile");

  static final Set<String> VOLUME =
      Set.of("name", "emptyDir", "configMap", "secret", "persistentVolumeClaim", "downwardAPI");

  static final Set<String> CONTAINER =
      Set.of(
          "name",
          "image",
          "imagePullPolicy",
          "command",
          "args",
          "workingDir",
          "env",
          "envFrom",
          "ports",
          "resources",
          "volumeMounts",
          "livenessProbe",
          "readinessProbe",
          "startupProbe",
          "lifecycle",
          "restartPolicy",
          "securityContext",
          "terminationMessagePath",
          "terminationMessagePolicy");
  static final Set<String> CONTAINER_PORT = Set.of("name", "containerPort", "protocol");
  static final Set<String> CONTAINER_SECURITY =
      Set.of(
          "allowPrivilegeEscalation",
          "readOnlyRootFilesystem",
          "runAsNonRoot",
          "runAsUser",
          "runAsGroup",
          "capabilities",
          "seccompProfile");
  static final Set<String> CAPABILITIES = Set.of("drop");

  private ManifestFields() {}
}
