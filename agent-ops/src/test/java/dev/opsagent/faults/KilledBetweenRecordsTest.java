package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.StepReport.Outcome;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL at the places where journal and world differ most. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledBetweenRecordsTest {
  private Fleet fleet;
  private WorkerProcess worker;

  @BeforeAll
  void start(@TempDir Path folder) {
    fleet = Fleet.create(folder, Fleet.Layout.shared());
    worker = fleet.startWorker().awaitReady();
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  @Test
  void fault_01_a_task_that_was_accepted_when_its_worker_was_killed_happens_once() {
    fleet.send(order("accepted", "accepted", Cue.of("one", Behaviour.WAITS, "go-accepted")));
    fleet.awaitEffect("accepted", "one", Kind.BEGIN);

    worker.kill();
    assertThat(fleet.world.effects().stands("accepted", "one")).isFalse();
    fleet.world.signal("go-accepted");
    worker = fleet.startWorker().awaitReady();

    assertThat(fleet.await("accepted").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(fleet.world.effects().count("accepted", "one", Kind.BEGIN)).isEqualTo(2);
    Books.agree(fleet);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNDO_WAITS", "UNDO_LINGERS"})
  void fault_21_an_undo_whose_worker_was_killed_is_finished_and_happens_once(Behaviour when) {
    String id = when.word();
    fleet.send(order(id, id, Cue.of("one", when, "go-" + id), Cue.of("two", Behaviour.FAILS)));
    Awaitility.await().atMost(Fleet.PATIENCE).until(() -> undoes(id));
    if (when == Behaviour.UNDO_LINGERS) {
      fleet.awaitEffect(id, "one", Kind.UNDO);
    }

    worker.kill();
    assertThat(fleet.world.effects().stands(id, "one")).isEqualTo(when == Behaviour.UNDO_WAITS);
    fleet.world.signal("go-" + id);
    worker = fleet.startWorker().awaitReady();

    StatusReport end = fleet.await(id);
    assertThat(end.state()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(end.changes()).isEmpty();
    assertThat(fleet.world.effects().count(id, "one", Kind.UNDO)).isEqualTo(1);
    Books.agree(fleet);
  }

  private boolean undoes(String taskId) {
    return fleet.bus.reports(taskId).stream()
        .flatMap(report -> report.step().stream())
        .anyMatch(step -> step.outcome() == Outcome.UNDOING);
  }

  @Test
  void fault_15_a_task_that_comes_a_hundred_times_across_restarts_happens_once() {
    TaskDispatch task = order("again", "again", Cue.of("two", Behaviour.WAITS, "go-again"));
    fleet.send(Collections.nCopies(20, task));
    fleet.awaitEffect("again", "two", Kind.BEGIN);
    worker.kill();
    fleet.send(Collections.nCopies(20, task));
    worker = fleet.startWorker().awaitReady();
    fleet.send(Collections.nCopies(20, task));
    fleet.world.signal("go-again");
    fleet.awaitEnds(List.of("again"), Fleet.PATIENCE);
    fleet.send(Collections.nCopies(20, task));
    worker.kill();
    worker = fleet.startWorker().awaitReady();
    fleet.send(Collections.nCopies(20, task));

    long revisions = fleet.await("again").revision();
    Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .until(() -> fleet.bus.reports("again").size() == revisions + 99);
    assertThat(fleet.bus.reports("again").getLast().state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(fleet.bus.audit("again").stream().filter(it -> it.kind().equals("repeated")))
        .hasSize(99);
    Books.agree(fleet);
  }

  @Test
  void fault_02_an_effect_whose_record_was_lost_with_the_worker_is_found_by_the_probe() {
    fleet.send(order("unrecorded", "unrecorded", Cue.of("two", Behaviour.LINGERS)));
    fleet.awaitEffect("unrecorded", "two", Kind.APPLY);

    worker.kill();
    worker = fleet.startWorker().awaitReady();

    assertThat(fleet.await("unrecorded").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(fleet.world.effects().count("unrecorded", "two", Kind.BEGIN)).isEqualTo(1);
    Books.agree(fleet);
  }
}
