package dev.opsagent.operations.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.GoldenJournal;
import dev.opsagent.execution.GoldenJournal.Planned;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.TaskWorkspaces;
import dev.opsagent.testing.RealTimers;
import dev.opsagent.testing.ShelfRegistry;
import dev.opsagent.tools.git.GitRepository;
import dev.opsagent.tools.http.HttpHealthProbe;
import dev.opsagent.tools.npm.NpmScripts;
import dev.opsagent.tools.process.ProcessRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A push that was planned by an earlier release is carried on by this one. */
class GoldenPlansTest {
  @TempDir Path folder;
  private final HttpHealthProbe health = new HttpHealthProbe();
  private PushOperation push;

  @BeforeEach
  void makeOperation() {
    LocalPrograms programs = new LocalPrograms(folder, "", Redactor.of(Map.of()), "none");
    ProcessRuntime runtime =
        new ProcessRuntime(
            programs,
            folder,
            (_, _) -> new Answer.Ok<>(true),
            UnaryOperator.identity(),
            new RealTimers()::nanoTime);
    push =
        new PushOperation(
            new GitRepository(_ -> Optional.empty(), Duration.ofSeconds(1)),
            Map.of("npm", new ShelfRegistry()),
            new NpmScripts(programs, Optional.empty(), folder),
            Map.of(runtime.kind(), runtime),
            () -> Environments.undeclared(List.of("local")),
            health,
            _ -> new Answer.Ok<>(true),
            new TaskWorkspaces(folder),
            OwnershipMap.standard(),
            new RealTimers());
  }

  @AfterEach
  void close() {
    health.close();
  }

  @Test
  void fault_25_every_step_of_an_earlier_releases_plan_is_known_with_the_facts_it_needs() {
    List<Planned> underway =
        GoldenJournal.kept().stream()
            .map(GoldenJournal::read)
            .flatMap(journal -> journal.underway().stream())
            .filter(planned -> planned.task().operation().equals(push.name()))
            .toList();
    assertThat(underway).isNotEmpty();
    for (Planned planned : underway) {
      assertThatCode(() -> Observations.of(planned.facts())).doesNotThrowAnyException();
      for (PlannedStep step : planned.plan().steps()) {
        assertThatCode(() -> push.step(step, planned.task()))
            .as(step.name())
            .doesNotThrowAnyException();
      }
    }
  }
}
