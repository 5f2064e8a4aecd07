package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.SecretMask;
import dev.opsagent.sandbox.WallLevel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WalledTest {
  @TempDir Path folder;

  @Test
  void withoutAnyWallATaskIsRefusedBeforeAnythingIsLookedUp() {
    assertThat(refusal("bubblewrap", Map.of(), "local")).contains(ReasonCode.SANDBOX_UNAVAILABLE);
    assertThat(refusal("auto", Map.of(), "local")).contains(ReasonCode.SANDBOX_UNAVAILABLE);
  }

  @Test
  void withTheWallOffOnlyTheLocalEnvironmentIsServed() {
    assertThat(refusal("none", Map.of(), "local")).isEmpty();
    assertThat(refusal("none", Map.of(), "production")).contains(ReasonCode.SANDBOX_UNAVAILABLE);
  }

  @Test
  void anEnvironmentStatesTheLevelThatItNeeds() {
    Map<String, Wall> required = Map.of("local", Wall.LANDLOCK);
    assertThat(refusal("none", required, "local")).contains(ReasonCode.SANDBOX_UNAVAILABLE);
  }

  @Test
  void aTaskThatWaitedIsJudgedByTheEnvironmentsOfToday() {
    AtomicReference<Environments> served =
        new AtomicReference<>(Environments.undeclared(List.of("local")));
    Walled walled = new Walled(new Untouched(), programs("none"), served::get);
    assertThat(walled.refuse(task("local"))).isEmpty();

    served.set(served.get().requiring(Map.of("local", Wall.LANDLOCK)));
    assertThat(resolved(walled)).isEqualTo(ReasonCode.SANDBOX_UNAVAILABLE);

    served.set(Environments.undeclared(List.of("other")));
    assertThat(resolved(walled)).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
  }

  @Test
  void anEnvironmentThatAsksForWhatNobodyHoldsToIsNotServed() {
    Environment plain = Environment.undeclared("local");
    Environment promoted =
        new Environment(
            plain.name(),
            plain.kind(),
            plain.runtimes(),
            plain.engine(),
            plain.project(),
            plain.strategies(),
            Optional.of("staging"),
            plain.verification(),
            plain.limits(),
            plain.recovery(),
            plain.isProtected(),
            plain.sandbox());
    Environments served = new Environments(List.of(promoted));
    Walled walled = new Walled(new Untouched(), programs("none"), () -> served);

    assertThat(walled.refuse(task("local")))
        .hasValueSatisfying(failure -> {
          assertThat(failure.code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT);
          assertThat(failure.cause()).startsWith("promotesFrom ");
        });
  }

  @Test
  void environmentsAskForTheLevelsThatThereAre() {
    assertThat(Arrays.stream(Environment.Wall.values()).map(Wall::id))
        .containsExactlyElementsOf(
            Arrays.stream(WallLevel.values()).map(WallLevel::title).toList());
  }

  private ReasonCode resolved(Walled walled) {
    Operation.Resolution resolution = walled.resolve(task("local"), context());
    return ((Operation.Resolution.Unresolved) resolution).failure().code();
  }

  /** No program is installed where it looks, so that no level but none can be had. */
  private Optional<ReasonCode> refusal(
      String level, Map<String, Wall> required, String environment) {
    Environments served =
        Environments.undeclared(List.of("local", "production")).requiring(required);
    Walled walled = new Walled(new Untouched(), programs(level), () -> served);
    return walled.refuse(task(environment)).map(Failure::code);
  }

  private static StepContext context() {
    return new StepContext(
        task("local"), Facts.NONE, Optional.empty(), () -> {}, _ -> {}, Duration.ofMinutes(1));
  }

  private LocalPrograms programs(String level) {
    return new LocalPrograms(folder, "/nowhere", SecretMask.of(List.of()), level);
  }

  private static TaskDispatch task(String environment) {
    String yaml =
        """
        taskId: t-1
        operation: push
        target: {environment: %s, service: web}
        requestedBy: pm
        """
            .formatted(environment);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  /** Accepts every task, and must not be asked for more. */
  private record Untouched() implements Operation {
    @Override
    public String name() {
      return "push";
    }

    @Override
    public Optional<Failure> refuse(TaskDispatch task) {
      return Optional.empty();
    }

    @Override
    public Resolution resolve(TaskDispatch task, StepContext context) {
      throw new AssertionError("nothing is looked up");
    }

    @Override
    public Plan plan(TaskDispatch task, Facts observations) {
      throw new AssertionError("nothing is planned");
    }

    @Override
    public Step step(PlannedStep planned, TaskDispatch task) {
      throw new AssertionError("nothing is done");
    }
  }
}
