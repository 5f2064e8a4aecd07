package dev.opsagent.tools.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.tools.kubernetes.ArgoState.Degraded;
import dev.opsagent.tools.kubernetes.ArgoState.Healthy;
import dev.opsagent.tools.kubernetes.ArgoState.Progressing;
import dev.opsagent.tools.kubernetes.ArgoState.Undecided;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the status of a Rollout means, with the fields as Argo Rollouts documents them. */
class ArgoStateTest {
  private static final String WHOLE =
      "currentPodHash: a, stableRS: a, updatedReplicas: 2, availableReplicas: 2";

  private static ArgoRollout rollout(String strategy, String status) {
    return Serialization.unmarshal(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web, namespace: shop, generation: 3}
        spec:
          replicas: 2
          strategy: {%s}
          template: {metadata: {annotations: {dev.opsagent/made-of: this}}}
        status: {%s}
        """
            .formatted(strategy, status),
        ArgoRollout.class);
  }

  private static ArgoState state(String strategy, String status) {
    return ArgoState.of(rollout(strategy, status));
  }

  @Test
  void onlyAHealthyPhaseOfTheWantedGenerationWithAllReplicasIsSuccess() {
    assertThat(state("canary: {}", "phase: Healthy, observedGeneration: '3', " + WHOLE))
        .isEqualTo(new Healthy());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "observedGeneration: '3'",
        "phase: Healthy, observedGeneration: '2', " + WHOLE,
        "phase: Healthy, observedGeneration: 5f79c78b4d, " + WHOLE,
        "phase: Healthy, " + WHOLE,
        "phase: Healthy, observedGeneration: '3'",
        "phase: Healthy, observedGeneration: '3', currentPodHash: b, stableRS: a,"
            + " updatedReplicas: 2, availableReplicas: 2",
        "phase: Healthy, observedGeneration: '3', currentPodHash: a, stableRS: a,"
            + " updatedReplicas: 2, availableReplicas: 1",
        "phase: Degraded, observedGeneration: '2', message: before",
        "phase: Paused, observedGeneration: '2', message: CanaryPauseStep",
        "phase: Progressing, observedGeneration: '3', message: more replicas need to be updated"
      })
  void whatIsNotSaidOfTheWantedGenerationIsStillGoingOn(String status) {
    assertThat(state("canary: {}", status)).isEqualTo(new Progressing());
  }

  @Test
  void aDegradedPhaseIsAFailureWithItsMessage() {
    assertThat(state("canary: {}", "phase: Degraded, observedGeneration: '3', message: aborted"))
        .isEqualTo(new Degraded("aborted"));
  }

  @Test
  void aPhaseThatNobodyKnowsIsForAPersonToLookAt() {
    assertThat(state("canary: {}", "phase: Splendid, observedGeneration: '3', " + WHOLE))
        .isEqualTo(new Undecided("Rollout web: the phase Splendid is unknown"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          canary: {steps: [{setWeight: 5}, {pause: {duration: 10m}}]} | CanaryPauseStep | true
          canary: {steps: [{setWeight: 5}, {pause: {}}]}              | CanaryPauseStep | false
          canary: {steps: [{pause: {duration: 10m}}, {pause: {}}]}    | CanaryPauseStep | false
          canary: {steps: [{setWeight: 5}, {pause: {duration: 10m}}]} | InconclusiveAnalysisRun | false
          blueGreen: {activeService: web, autoPromotionSeconds: 30}   | BlueGreenPause | true
          blueGreen: {activeService: web, autoPromotionEnabled: false} | BlueGreenPause | false
          blueGreen: {autoPromotionSeconds: 30, autoPromotionEnabled: false} | BlueGreenPause | false
          canary: {}                                                  | Another | false
          """)
  void onlyAPauseThatEndsByItselfIsWaitedFor(String strategy, String reason, boolean ends) {
    String status =
        "phase: Paused, observedGeneration: '3', message: %s, currentStepIndex: 1, pauseConditions: [{reason: %s}]"
            .formatted(reason, reason);

    assertThat(state(strategy, status))
        .isEqualTo(
            ends ? new Progressing() : new Undecided("Rollout web waits for a person: " + reason));
  }

  @Test
  void aPauseThatAPersonHasEndedGoesOnAndOneByHandDoesNot() {
    String paused = "phase: Paused, observedGeneration: '3', message: manually paused";

    assertThat(state("canary: {}", paused)).isInstanceOf(Undecided.class);
    assertThat(state("canary: {}", paused + ", controllerPause: true"))
        .isEqualTo(new Progressing());
  }

  @Test
  void aRolloutIsHeldToAsManyReadyPodsOfItsOwnTemplate() {
    ArgoRollout rollout = rollout("canary: {}", "");

    assertThat(ArgoState.hasPods(rollout, List.of(pod("this"), pod("before")))).isFalse();
    assertThat(ArgoState.hasPods(rollout, List.of(pod("this"), pod("this")))).isTrue();
  }

  private static Pod pod(String madeOf) {
    return new PodBuilder()
        .withNewMetadata()
        .addToAnnotations(Marks.MADE_OF, madeOf)
        .endMetadata()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .endStatus()
        .build();
  }
}
