package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.WallLevel;
import dev.opsagent.testing.UntouchedOperation;
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
    Walled walled = new Walled(new UntouchedOperation(), programs("none"), served::get);
    assertThat(walled.refuse(UntouchedOperation.task("local"))).isEmpty();

    served.set(served.get().requiring(Map.of("local", Wall.LANDLOCK)));
    assertThat(resolved(walled)).isEqualTo(ReasonCode.SANDBOX_UNAVAILABLE);

    served.set(Environments.undeclared(List.of("other")));
    assertThat(resolved(walled)).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
  }

  @Test
  void environmentsAskForTheLevelsThatThereAre() {
    assertThat(Arrays.stream(Environment.Wall.values()).map(Wall::id))
        .containsExactlyElementsOf(
            Arrays.stream(WallLevel.values()).map(WallLevel::title).toList());
  }

  private ReasonCode resolved(Walled walled) {
    Operation.Resolution resolution = walled.resolve(UntouchedOperation.task("local"), context());
    return ((Operation.Resolution.Unresolved) resolution).failure().code();
  }

  /** No program is installed where it looks, so that no level but none can be had. */
  private Optional<ReasonCode> refusal(
      String level, Map<String, Wall> required, String environment) {
    Environments served =
        Environments.undeclared(List.of("local", "production")).requiring(required);
    Walled walled = new Walled(new UntouchedOperation(), programs(level), () -> served);
    return walled.refuse(UntouchedOperation.task(environment)).map(Failure::code);
  }

  private static StepContext context() {
    return new StepContext(
        UntouchedOperation.task("local"),
        Facts.NONE,
        Optional.empty(),
        () -> {},
        _ -> {},
        Duration.ofMinutes(1));
  }

  private LocalPrograms programs(String level) {
    return new LocalPrograms(folder, "/nowhere", Redactor.of(Map.of()), level);
  }
}
