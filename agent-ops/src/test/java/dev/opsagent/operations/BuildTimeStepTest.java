package dev.opsagent.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ManualPace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BuildTimeStepTest {
  private static final BuildTimeStep STEP = new BuildTimeStep(List.of("scripts", "pack"));
  private static final Facts SCRIPTS = BuildTimeStep.took("scripts", Duration.ofSeconds(40));

  private final ManualPace pace = new ManualPace();

  @Test
  void theTimeOfAllPartsTogetherIsToldWhenItIsShortEnough() {
    Facts facts = SCRIPTS.with(BuildTimeStep.took("pack", Duration.ofSeconds(20)));

    assertThat(STEP.apply(context(facts)))
        .isEqualTo(
            new Outcome.Applied(
                Facts.NONE,
                List.of(
                    new RequirementResult(
                        Requirement.BUILD_TIME,
                        "at most PT1M",
                        "PT1M",
                        true,
                        "check-build-time"))));
  }

  @Test
  void aBuildThatTookLongerHasFailed() {
    Facts facts = SCRIPTS.with(BuildTimeStep.took("pack", Duration.ofMillis(20_001)));

    assertThat(STEP.apply(context(facts)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> {
              assertThat(it.failure().code()).isEqualTo(ReasonCode.TIMEOUT);
              assertThat(it.failure().cause()).isEqualTo("building took PT1M0.001S");
            });
  }

  @Test
  void aBuildThatNobodyHasTimedNeverPasses() {
    assertThat(STEP.apply(context(SCRIPTS)))
        .isInstanceOfSatisfying(
            Outcome.Inconclusive.class,
            it -> assertThat(it.failure().cause()).contains("has timed the step pack"));
  }

  @Test
  void aStepIsTimedWithWhatItTells() throws Stopped, IOException, InterruptedException {
    FallibleStep slow =
        _ -> {
          pace.await(Duration.ofSeconds(3));
          return new Outcome.Applied(Facts.of(Map.of("made", "it")));
        };

    Outcome outcome = BuildTimeStep.timed("pack", slow, pace).apply(context(Facts.NONE));

    assertThat(outcome)
        .isEqualTo(
            new Outcome.Applied(Facts.of(Map.of("made", "it", "build.pack.millis", "3000"))));
  }

  private static StepContext context(Facts facts) {
    String yaml =
        """
        {taskId: t-1, operation: push, target: {environment: local, service: web},
         requirements: {performance: {buildTime: PT1M}}, requestedBy: pm}
        """;
    TaskDispatch task = Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
    return new StepContext(
        task, facts, Optional.empty(), () -> {}, _ -> {}, Duration.ofSeconds(30));
  }
}
