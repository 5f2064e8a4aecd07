package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.StepContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class ConfigureStepContractTest {
  @TempDir Path folder;

  private StepContract.Subject beforePush() {
    SequentialRun run =
        new ConfigureWorld(folder)
            .run("{\"file\": \".env.local\", \"set\": {\"LOG_LEVEL\": \"debug\"}}");
    assertThat(run.resolve()).isEmpty();
    assertThat(run.runUntil(Steps.PUSH)).isEmpty();
    return new StepContract.Subject(() -> run.step(Steps.PUSH), run.context());
  }

  @Nested
  final class Push extends StepContract {
    Push() {
      super(ConfigureStepContractTest.this::beforePush, Undo.Remains.class, Probe.Satisfied.class);
    }
  }
}
