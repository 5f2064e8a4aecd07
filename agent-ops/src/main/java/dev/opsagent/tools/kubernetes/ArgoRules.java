package dev.opsagent.tools.kubernetes;

import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What the strategy of a repository's Rollout may ask: nothing of routers, which may be anybody's,
 * and no marks on pods, which tell whose they are.
 */
final class ArgoRules {
  private static final String CANARY = "spec.strategy.canary";
  private static final String BLUE_GREEN = "spec.strategy.blueGreen";

  private static final Set<String> OF_CANARY =
      Set.of(
          "steps",
          "maxSurge",
          "maxUnavailable",
          "canaryService",
          "stableService",
          "analysis",
          "antiAffinity",
          "abortScaleDownDelaySeconds",
          "scaleDownDelaySeconds",
          "scaleDownDelayRevisionLimit");
  private static final Set<String> OF_BLUE_GREEN =
      Set.of(
          "activeService",
          "previewService",
          "previewReplicaCount",
          "autoPromotionEnabled",
          "autoPromotionSeconds",
          "maxUnavailable",
          "prePromotionAnalysis",
          "postPromotionAnalysis",
          "antiAffinity",
          "abortScaleDownDelaySeconds",
          "scaleDownDelaySeconds",
          "scaleDownDelayRevisionLimit");
  private static final Set<String> OF_STEP =
      Set.of("setWeight", "pause", "setCanaryScale", "analysis");
  private static final Set<String> OF_ANALYSIS = Set.of("templates", "args", "startingStep");

  private ArgoRules() {}

  static Stream<String> faults(JsonNode spec) {
    JsonNode strategy = spec.path("strategy");
    JsonNode canary = strategy.path("canary");
    JsonNode blueGreen = strategy.path("blueGreen");
    return Stream.of(
            ManifestRules.others(strategy, "spec.strategy", Set.of("canary", "blueGreen")),
            ManifestRules.unless(
                canary.isObject() != blueGreen.isObject(),
                "spec.strategy must be either canary or blueGreen"),
            ManifestRules.others(canary, CANARY, OF_CANARY),
            steps(canary.path("steps")),
            analysis(canary, CANARY, "analysis"),
            ManifestRules.others(blueGreen, BLUE_GREEN, OF_BLUE_GREEN),
            analysis(blueGreen, BLUE_GREEN, "prePromotionAnalysis"),
            analysis(blueGreen, BLUE_GREEN, "postPromotionAnalysis"))
        .flatMap(faults -> faults);
  }

  private static Stream<String> steps(JsonNode steps) {
    return IntStream.range(0, steps.size())
        .boxed()
        .flatMap(index -> {
          String path = "%s.steps[%d]".formatted(CANARY, index);
          return Stream.concat(
              ManifestRules.others(steps.get(index), path, OF_STEP),
              analysis(steps.get(index), path, "analysis"));
        });
  }

  /** What measures is the operator's; what does not count is nobody's to say here. */
  private static Stream<String> analysis(JsonNode owner, String path, String part) {
    return ManifestRules.others(owner.path(part), path + "." + part, OF_ANALYSIS);
  }
}
