package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the controller of Argo Rollouts tells of a Rollout, by its {@code status.phase} and what
 * stands beside it. Whatever is told about an older generation than the one that is wanted counts
 * as still going on.
 */
sealed interface ArgoState {
  /** All of it runs, and every step was taken. */
  record Healthy() implements ArgoState {}

  /** It goes on by itself, or the controller has not looked yet. */
  record Progressing() implements ArgoState {}

  /** It has failed, or was aborted. */
  record Degraded(String message) implements ArgoState {}

  /** It does not go on before a person says so, or nobody knows what is told of it. */
  record Undecided(String cause) implements ArgoState {}

  /** Whether a workload has as many ready pods of its template as it wants; asked of Rollouts. */
  static boolean hasPods(HasMetadata workload, List<Pod> pods) {
    return !(workload instanceof ArgoRollout rollout)
        || pods.stream().filter(pod -> Seen.isReady(pod) && Marks.areMadeOf(rollout, pod)).count()
            >= rollout.getSpec().wanted();
  }

  /** That of what was applied last. */
  static ArgoState of(ArgoRollout rollout) {
    Map<String, Object> status = status(rollout);
    String phase = text(status, "phase");
    return switch (isObserved(rollout) ? phase : "") {
      case "", "Progressing" -> new Progressing();
      case "Healthy" -> isPromoted(rollout, status) ? new Healthy() : new Progressing();
      case "Degraded" -> new Degraded(message(rollout));
      case "Paused" -> paused(rollout, status);
      case String unknown ->
          new Undecided("%s: the phase %s is unknown".formatted(Named.of(rollout), unknown));
    };
  }

  /** What is said of it, whichever generation that is about. */
  static String message(ArgoRollout rollout) {
    String message = text(status(rollout), "message");
    return message.isEmpty() ? "no reason is given" : message;
  }

  /** Whether the status is about what was applied last; its generation is told as a text. */
  static boolean isObserved(ArgoRollout rollout) {
    Long applied = rollout.getMetadata().getGeneration();
    String observed = text(status(rollout), "observedGeneration");
    return applied != null && observed.equals(applied.toString());
  }

  /**
   * The controller patches conditions without the phase, so that a phase can be older than its
   * generation; it would then be one of fewer replicas, or of other pods than the stable ones.
   */
  private static boolean isPromoted(ArgoRollout rollout, Map<String, Object> status) {
    int wanted = rollout.getSpec().wanted();
    String pods = text(status, "currentPodHash");
    return !pods.isEmpty()
        && pods.equals(text(status, "stableRS"))
        && number(status, "updatedReplicas") >= wanted
        && number(status, "availableReplicas") >= wanted;
  }

  private static ArgoState paused(ArgoRollout rollout, Map<String, Object> status) {
    List<?> reasons = status.get("pauseConditions") instanceof List<?> all ? all : List.of();
    boolean resumed = Boolean.TRUE.equals(status.get("controllerPause")) && reasons.isEmpty();
    boolean passes =
        resumed || (!reasons.isEmpty() && reasons.stream().allMatch(it -> ends(it, rollout)));
    return passes
        ? new Progressing()
        : new Undecided("%s waits for a person: %s".formatted(Named.of(rollout), message(rollout)));
  }

  /** Whether a pause ends by itself. */
  private static boolean ends(Object pause, ArgoRollout rollout) {
    return switch (pause instanceof Map<?, ?> it ? String.valueOf(it.get("reason")) : "") {
      case "CanaryPauseStep" -> hasDuration(rollout);
      case "BlueGreenPause" -> {
        Map<?, ?> strategy = rollout.getSpec().strategy("blueGreen");
        yield !Boolean.FALSE.equals(strategy.get("autoPromotionEnabled"))
            && strategy.get("autoPromotionSeconds") instanceof Number seconds
            && seconds.intValue() > 0;
      }
      case String _ -> false;
    };
  }

  private static boolean hasDuration(ArgoRollout rollout) {
    int step = number(status(rollout), "currentStepIndex");
    return rollout.getSpec().strategy("canary").get("steps") instanceof List<?> steps
        && step < steps.size()
        && steps.get(step) instanceof Map<?, ?> current
        && current.get("pause") instanceof Map<?, ?> pause
        && pause.get("duration") != null;
  }

  private static Map<String, Object> status(ArgoRollout rollout) {
    return Optional.ofNullable(rollout.getStatus()).orElse(Map.of());
  }

  private static String text(Map<String, Object> status, String field) {
    return Optional.ofNullable(status.get(field)).map(String::valueOf).orElse("");
  }

  private static int number(Map<String, Object> status, String field) {
    return status.get(field) instanceof Number number ? number.intValue() : 0;
  }
}
