package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to the worker that is in a step, while another one stands by. */
final class HandedOverTest {
  /** Well within the grace time, and long enough for a worker to take over what it may. */
  private static final Duration WATCHED = Duration.ofSeconds(3);

  private Fleet fleet;
  private WorkerProcess first;

  @BeforeEach
  void start(@TempDir Path folder) {
    fleet = Fleet.create(folder, Fleet.Layout.shared().partitions(1));
    first = fleet.startWorker().awaitReady();
  }

  @AfterEach
  void end() {
    fleet.close();
  }

  @Test
  void fault_05_a_step_that_ends_within_the_grace_time_is_drained_and_the_next_is_anothers() {
    fleet.send(order("drained", "drained", Cue.of("one", Behaviour.WAITS, "go")));
    fleet.awaitEffect("drained", "one", Kind.BEGIN);
    WorkerProcess second = fleet.startWorker();

    CompletableFuture<Void> end = CompletableFuture.runAsync(first::terminate);
    nobodyElseBegins("drained");
    assertThat(end).isNotDone();
    fleet.world.signal("go");

    assertThat(fleet.await("drained").state()).isEqualTo(TaskState.SUCCEEDED);
    end.join();
    assertThat(fleet.world.effects().lines())
        .filteredOn(line -> line.kind() == Kind.APPLY)
        .extracting(EffectLedger.Line::worker)
        .containsExactly(first.pid(), second.pid(), second.pid());
    Books.agree(fleet);
  }

  @Test
  void fault_05_a_step_that_outlasts_the_grace_time_is_parked_and_begun_anew_by_another() {
    fleet.send(order("parked", "parked", Cue.of("one", Behaviour.WAITS, "go")));
    fleet.awaitEffect("parked", "one", Kind.BEGIN);
    WorkerProcess second = fleet.startWorker();

    CompletableFuture<Void> end = CompletableFuture.runAsync(first::terminate);
    nobodyElseBegins("parked");
    Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .until(() -> fleet.world.effects().count("parked", "one", Kind.BEGIN) == 2);
    fleet.world.signal("go");

    assertThat(fleet.await("parked").state()).isEqualTo(TaskState.SUCCEEDED);
    end.join();
    assertThat(fleet.world.effects().lines())
        .filteredOn(line -> line.kind() == Kind.APPLY)
        .extracting(EffectLedger.Line::worker)
        .containsOnly(second.pid());
    Books.agree(fleet);
  }

  private void nobodyElseBegins(String taskId) {
    Awaitility.await()
        .during(WATCHED)
        .atMost(WATCHED.multipliedBy(2))
        .until(() -> fleet.world.effects().count(taskId, "one", Kind.BEGIN) == 1);
  }
}
