package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.Configuration.Sandbox;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.SecretMask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    Map<String, String> required = Map.of("local", "landlock");
    assertThat(refusal("none", required, "local")).contains(ReasonCode.SANDBOX_UNAVAILABLE);
  }

  /** No program is installed where it looks, so that no level but none can be had. */
  private Optional<ReasonCode> refusal(
      String level, Map<String, String> required, String environment) {
    LocalPrograms programs = new LocalPrograms(folder, "/nowhere", SecretMask.of(List.of()), level);
    Walled walled = new Walled(new Untouched(), programs, new Sandbox(level, required));
    return walled.refuse(task(environment)).map(Failure::code);
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
