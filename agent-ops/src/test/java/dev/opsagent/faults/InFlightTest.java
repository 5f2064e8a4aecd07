package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL to a worker that has very much in hand. */
final class InFlightTest {
  private static final int TASKS = 10_000;
  private static final int TARGETS = 400;

  @Test
  void fault_04_ten_thousand_tasks_in_flight_all_end_though_their_worker_is_killed(
      @TempDir Path folder, TestReporter reporter) {
    Random random = Seed.random(reporter);
    Fleet.Layout layout = Fleet.Layout.shared().partitions(16);
    try (Fleet fleet = Fleet.create(folder, layout)) {
      WorkerProcess worker = fleet.startWorker().awaitReady();
      List<TaskDispatch> tasks =
          Orders.many("flight", TASKS, TARGETS, Cue.of("one", Behaviour.WAITS, "off"));
      fleet.send(tasks);
      Awaitility.await().atMost(Fleet.PATIENCE).until(() -> accepted(fleet) == TASKS);
      fleet.world.signal("off");
      int some = 500 + random.nextInt(2000);
      Awaitility.await().atMost(Fleet.PATIENCE).until(() -> fleet.ended().size() >= some);

      worker.kill();
      int before = fleet.ended().size();
      reporter.publishEntry("ended before the kill", Integer.toString(before));
      assertThat(before).isLessThan(TASKS);
      fleet.startWorker().awaitReady();

      fleet.awaitEnds(Orders.ids(tasks), Duration.ofMinutes(4));
      assertThat(Books.agree(fleet).tasks()).isEqualTo(TASKS);
    }
  }

  /** How many tasks the ledger knows. */
  private static long accepted(Fleet fleet) {
    return fleet.bus.records(fleet.topics.ledger()).stream()
        .map(record -> new String(record.key(), java.nio.charset.StandardCharsets.UTF_8))
        .filter(key -> key.startsWith("flight-"))
        .distinct()
        .count();
  }
}
