package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.SharedVerdaccio;
import dev.opsagent.testing.StepContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

final class PushStepContractTest {
  @RegisterExtension static final SharedVerdaccio VERDACCIO = new SharedVerdaccio();

  @TempDir Path folder;
  private PushWorld world;

  @BeforeEach
  void makeWorld() {
    world = new PushWorld(folder, VERDACCIO.get());
  }

  @AfterEach
  void endWorld() {
    world.close();
  }

  private StepContract.Subject before(String step) {
    SequentialRun run =
        new SequentialRun(
            world.operation(),
            world.task(
                "task-1",
                parameters -> {
                  // What a step does not need is left out, to be quick.
                  if (step.equals("push-refs")) {
                    parameters.remove(List.of("publish", "deploy", "health", "openBrowser"));
                  }
                  return parameters;
                }));
    assertThat(run.resolve()).isEmpty();
    for (var planned : run.plan()) {
      boolean needed = planned.workspace() && !planned.name().equals("scripts");
      if (needed) {
        assertThat(run.run(planned)).as(planned.name()).isEmpty();
      }
    }
    return new StepContract.Subject(() -> run.step(step), run.context());
  }

  @Nested
  final class PushRefs extends StepContract {
    PushRefs() {
      super(() -> before("push-refs"), Undo.Remains.class, Probe.Satisfied.class);
    }
  }

  @Nested
  final class Publish extends StepContract {
    Publish() {
      super(() -> before("publish"), Undo.Remains.class, Probe.Satisfied.class);
    }
  }

  @Nested
  final class Deploy extends StepContract {
    Deploy() {
      super(() -> before("deploy"), Undo.Undone.class, Probe.Missing.class);
    }
  }
}
