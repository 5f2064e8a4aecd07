package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.GuardedStep;
import dev.opsagent.operations.Service;
import dev.opsagent.outside.Answer;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.WatchedRuntime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ScalingStepTest {
  private static final String ALL = "{replicas: 2, cpus: 0.5, memory: 67108864}";

  private int replicas = 2;
  private Optional<Double> cpus = Optional.of(0.5);
  private Optional<Long> memory = Optional.of(67_108_864L);
  private Optional<Autoscaling> autoscaling = Optional.of(new Autoscaling(2, 5, 70));

  @Test
  void whatTheRuntimeHasIsToldOfEachRequirement() {
    assertThat(apply(ALL))
        .isInstanceOfSatisfying(
            Outcome.Applied.class,
            it ->
                assertThat(it.deliverables())
                    .map(one -> ((RequirementResult) one).measured())
                    .containsExactly("2", "0.5 processors", "67108864 bytes"));
  }

  @Test
  void whatTheRuntimeHasOtherwiseHasFailed() {
    replicas = 1;
    cpus = Optional.of(0.6);
    memory = Optional.empty();

    assertThat(apply(ALL))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it ->
                assertThat(it.failure().cause())
                    .isEqualTo(
                        "scaling.replicas is 1; scaling.cpus is 0.6 processors; scaling.memory is"
                            + " no limit"));
    assertThat(apply("{replicas: 1}")).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void theBoundsOfAnAutoscalerAreReadBack() {
    String wanted = "{autoscaling: {min: 2, max: 5, targetCpuPercent: 70}}";
    assertThat(apply(wanted))
        .isInstanceOfSatisfying(
            Outcome.Applied.class,
            it ->
                assertThat(it.deliverables())
                    .map(one -> ((RequirementResult) one).measured())
                    .containsExactly("2 to 5 at 70 % of a processor share"));

    autoscaling = Optional.of(new Autoscaling(2, 9, 70));
    assertThat(cause(wanted))
        .isEqualTo("scaling.autoscaling is 2 to 9 at 70 % of a processor share");
    autoscaling = Optional.empty();
    assertThat(cause(wanted)).isEqualTo("scaling.autoscaling is not there");
  }

  private String cause(String scaling) {
    return ((Outcome.Failed) apply(scaling)).failure().cause();
  }

  private Outcome apply(String scaling) {
    Service service = new Service(new OneService(), Optional.empty());
    return new GuardedStep("read back", Optional.empty(), new ScalingStep(service))
        .apply(context(scaling));
  }

  private static StepContext context(String scaling) {
    String yaml =
        """
        {taskId: t-1, operation: deploy, target: {environment: local, service: web},
         requirements: {scaling: %s}, requestedBy: pm}
        """
            .formatted(scaling);
    TaskDispatch task = Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
    return new StepContext(
        task, Facts.NONE, Optional.empty(), () -> {}, _ -> {}, Duration.ofMinutes(1));
  }

  private final class OneService extends WatchedRuntime {
    OneService() {
      super("docker");
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return new Answer.Ok<>(
          Optional.of(
              new Running(
                  "1",
                  "sha256:1",
                  "t-1",
                  "1",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(new Replicas(replicas, 2)))));
    }

    @Override
    public Answer<Optional<Autoscaling>> autoscaling(String target) {
      return new Answer.Ok<>(autoscaling);
    }

    @Override
    public Answer<Optional<Allotment>> allotted(String target) {
      return new Answer.Ok<>(Optional.of(new Allotment(cpus, memory)));
    }
  }
}
