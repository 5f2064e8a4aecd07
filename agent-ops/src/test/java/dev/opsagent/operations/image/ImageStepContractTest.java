package dev.opsagent.operations.image;

import static dev.opsagent.operations.image.ImageWorld.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.testing.MarkedImages;
import dev.opsagent.testing.RegistryServer;
import dev.opsagent.testing.SequentialRun;
import dev.opsagent.testing.StepContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The steps with effects, each on the real engine and registry. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImageStepContractTest {
  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicInteger subjects = new AtomicInteger();
  private ImageWorld world;

  @BeforeAll
  void start(@TempDir Path scratch) throws IOException {
    MarkedImages.require(scratch);
    RegistryServer registry = RegistryServer.start(scratch);
    world = new ImageWorld(scratch, registry);
    open.add(world);
    open.add(registry);
    open.add(() -> MarkedImages.forget(scratch));
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable part : open) {
      part.close();
    }
  }

  private StepContract.Subject before(String step) {
    String number = String.valueOf(subjects.incrementAndGet());
    world.commit(Map.of("number", number), "COPY number /number", run("echo built"));
    SequentialRun run = world.pushed("contract-" + number, number);
    assertThat(run.resolve()).isEmpty();
    assertThat(run.runUntil(step)).isEmpty();
    return new StepContract.Subject(() -> run.step(step), run.context());
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  final class Build extends StepContract {
    Build() {
      super(() -> before(Steps.BUILD), Undo.Undone.class, Probe.Missing.class);
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  final class Push extends StepContract {
    Push() {
      super(() -> before(Steps.PUSH), Undo.Remains.class, Probe.Satisfied.class);
    }
  }
}
