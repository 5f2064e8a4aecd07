package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Plays what the controller of Argo Rollouts tells of a Rollout, after its documentation: the first
 * release and one that was stable before take no step, any other stops at a step that is a pause; a
 * container that listens on {@link TestingController#NEVER_READY} is told to be late at once.
 *
 * @param client of that controller
 */
record PlayedRollouts(KubernetesClient client) {
  private static final String CANARY_PAUSE = "CanaryPauseStep";

  /** The pods of a Rollout as they are. */
  record Pods(String hash, int all, int updated, int ready) {}

  Map<String, Object> status(ArgoRollout rollout, Pods pods) {
    Map<String, Object> before = Optional.ofNullable(rollout.getStatus()).orElse(Map.of());
    boolean same = pods.hash().equals(before.get("currentPodHash"));
    boolean whole = pods.ready() >= rollout.getSpec().wanted();
    Map<String, Object> status = new HashMap<>();
    status.put("observedGeneration", String.valueOf(rollout.getMetadata().getGeneration()));
    status.put("currentPodHash", pods.hash());
    status.put("stableRS", before.getOrDefault("stableRS", whole ? pods.hash() : ""));
    status.put("replicas", pods.all());
    status.put("updatedReplicas", pods.updated());
    status.put("availableReplicas", pods.ready());
    Optional<Integer> pause = pause(rollout);
    boolean isStable = pods.hash().equals(status.get("stableRS"));
    if (same && Boolean.TRUE.equals(before.get("abort"))) {
      status.put("abort", true);
      tell(status, "Degraded", "RolloutAborted: Rollout aborted update to revision 2");
    } else if (isLate(Seen.template(rollout).orElseThrow())) {
      tell(status, "Degraded", "ProgressDeadlineExceeded: ReplicaSet has timed out progressing.");
    } else if (!whole) {
      tell(status, "Progressing", "more replicas need to be updated");
    } else if (isStable || pause.isEmpty() || (same && before.containsKey("promoteFull"))) {
      status.put("stableRS", pods.hash());
      tell(status, "Healthy", "");
      lead(rollout, pods.hash());
    } else {
      status.put("currentStepIndex", pause.get());
      status.put("controllerPause", true);
      status.put("pauseConditions", List.of(Map.of("reason", CANARY_PAUSE)));
      tell(status, "Paused", CANARY_PAUSE);
    }
    return status;
  }

  private static void tell(Map<String, Object> status, String phase, String message) {
    status.put("phase", phase);
    status.put("message", message);
  }

  /** The index of the first step that is a pause without an end. */
  private static Optional<Integer> pause(ArgoRollout rollout) {
    List<?> steps =
        rollout.getSpec().strategy("canary").get("steps") instanceof List<?> all ? all : List.of();
    int index = steps.indexOf(Map.of("pause", Map.of()));
    return index < 0 ? Optional.empty() : Optional.of(index);
  }

  private static boolean isLate(PodTemplateSpec template) {
    return template.getSpec().getContainers().getFirst().getPorts().stream()
        .anyMatch(it -> it.getContainerPort() == TestingController.NEVER_READY);
  }

  /** A selector is one value for a server, which is the controller's from then on. */
  private void lead(ArgoRollout rollout, String hash) {
    String namespace = rollout.getMetadata().getNamespace();
    for (String name : rollout.services()) {
      Service live = client.services().inNamespace(namespace).withName(name).get();
      if (live == null
          || Objects.equals(live.getSpec().getSelector().get(ArgoServices.HASH), hash)) {
        continue;
      }
      Map<String, String> selector = new HashMap<>(live.getSpec().getSelector());
      selector.put(ArgoServices.HASH, hash);
      var _ =
          client
              .resource(
                  new ServiceBuilder()
                      .withMetadata(
                          new ObjectMetaBuilder().withName(name).withNamespace(namespace).build())
                      .withNewSpec()
                      .withSelector(selector)
                      .endSpec()
                      .build())
              .fieldManager("rollouts-controller")
              .forceConflicts()
              .serverSideApply();
    }
  }
}
