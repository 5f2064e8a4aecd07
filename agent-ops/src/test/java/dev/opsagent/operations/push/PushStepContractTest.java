package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.testing.StepContract;
import dev.opsagent.testing.Verdaccio;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class PushStepContractTest {
  @TempDir static Path shared;
  private static LocalVerdaccio verdaccio;

  @TempDir Path folder;
  private PushWorld world;

  @BeforeAll
  static void startRegistry() {
    verdaccio = Verdaccio.start(shared.resolve("verdaccio"));
  }

  @AfterAll
  static void stopRegistry() {
    if (verdaccio != null) {
      verdaccio.close();
    }
  }

  @BeforeEach
  void makeWorld() {
    world = new PushWorld(folder, verdaccio);
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
    @Override
    protected Subject subject() {
      return before("push-refs");
    }

    @Override
    protected Class<? extends Undo> undone() {
      return Undo.Remains.class;
    }

    @Override
    protected Class<? extends Probe> probedAfterUndo() {
      return Probe.Satisfied.class;
    }
  }

  @Nested
  final class Publish extends StepContract {
    @Override
    protected Subject subject() {
      return before("publish");
    }

    @Override
    protected Class<? extends Undo> undone() {
      return Undo.Remains.class;
    }

    @Override
    protected Class<? extends Probe> probedAfterUndo() {
      return Probe.Satisfied.class;
    }
  }

  @Nested
  final class Deploy extends StepContract {
    @Override
    protected Subject subject() {
      return before("deploy");
    }

    @Override
    protected Class<? extends Undo> undone() {
      return Undo.Undone.class;
    }

    @Override
    protected Class<? extends Probe> probedAfterUndo() {
      return Probe.Missing.class;
    }
  }
}
