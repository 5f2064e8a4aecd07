package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.EffectLedger.Line;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGSTOP to a worker until another has taken over, then SIGCONT: it does not know that it slept.
 */
@Tag("core")
final class ZombieTest {
  private @TempDir Path folder;

  @Test
  void fault_06_a_zombie_starts_no_effect_and_its_writes_are_fenced() {
    sleepsAndWakes(Fleet.Layout.shared(), Duration.ZERO);
  }

  @Test
  @Tag("slow")
  void fault_06_a_zombie_of_a_minute_starts_no_effect_and_its_writes_are_fenced() {
    sleepsAndWakes(
        Fleet.Layout.shared().sessionTimeout(Duration.ofSeconds(10)), Duration.ofMinutes(1));
  }

  private void sleepsAndWakes(Fleet.Layout layout, Duration atLeast) {
    try (Fleet fleet = Fleet.create(folder, layout.partitions(1))) {
      sleepsAndWakes(fleet, atLeast);
    }
  }

  /** One task is stopped before its effect, one between its effect and the record of it. */
  private static void sleepsAndWakes(Fleet fleet, Duration atLeast) {
    WorkerProcess sleeper = fleet.startWorker().awaitReady();
    fleet.send(
        List.of(
            order("before", "before", Cue.of("one", Behaviour.WAITS, "go")),
            order("after", "after", Cue.of("one", Behaviour.LINGERS, "go"))));
    fleet.awaitEffect("before", "one", Kind.BEGIN);
    fleet.awaitEffect("after", "one", Kind.APPLY);

    long asleep = System.nanoTime();
    sleeper.pause();
    WorkerProcess successor = fleet.startWorker().awaitReady();
    Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .until(() -> fleet.world.effects().count("before", "one", Kind.BEGIN) == 2);
    assertThat(fleet.await("after").state()).isEqualTo(TaskState.SUCCEEDED);
    Awaitility.await()
        .atMost(atLeast.plus(Fleet.PATIENCE))
        .until(() -> System.nanoTime() - asleep > atLeast.toNanos());

    sleeper.goOn(); // both hold the step now, and wait for the same signal
    fleet.world.signal("go");
    assertThat(fleet.await("before").state()).isEqualTo(TaskState.SUCCEEDED);
    Awaitility.await("the zombie knows")
        .atMost(Fleet.PATIENCE)
        .until(() -> sleeper.log().contains("partition 0 is restored"));

    assertThat(fleet.world.effects().lines())
        .filteredOn(line -> line.kind() == Kind.APPLY && line.taskId().equals("before"))
        .extracting(Line::worker)
        .containsOnly(successor.pid());
    Books.agree(fleet);
  }
}
