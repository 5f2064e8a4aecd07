package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Two workers whose group is shaken again and again while tasks keep coming. */
final class RebalanceStormTest {
  private static final int PARTITIONS = 4;
  private static final int TARGETS = 24;
  private static final Pattern OPENED = Pattern.compile("partition \\d+ is open after");

  private @TempDir Path folder;
  private final List<String> sent = new ArrayList<>();

  @Test
  void fault_07_two_workers_keep_order_and_effects_when_their_group_is_rebalanced_again_and_again(
      TestReporter reporter) throws Exception {
    storm(Duration.ofSeconds(3), 4, reporter);
  }

  @Test
  @Tag("slow")
  void fault_07_two_workers_keep_order_and_effects_in_two_minutes_of_rebalances(
      TestReporter reporter) throws Exception {
    storm(Duration.ofSeconds(5), 24, reporter);
  }

  private void storm(Duration every, int times, TestReporter reporter) throws Exception {
    try (Fleet fleet = Fleet.create(folder, Fleet.Layout.shared().partitions(PARTITIONS));
        Admin admin = fleet.admin()) {
      List<WorkerProcess> workers =
          List.of(fleet.startWorker().awaitReady(), fleet.startWorker().awaitReady());
      long calm = opened(workers);
      for (int shake = 0; shake < times; shake++) {
        long next = System.nanoTime() + every.toNanos();
        fleet.send(some());
        shake(fleet, admin, shake);
        Awaitility.await()
            .atMost(every.plus(Fleet.PATIENCE))
            .until(() -> System.nanoTime() - next > 0);
      }
      fleet.awaitEnds(sent, Fleet.PATIENCE);

      long moves = opened(workers) - calm;
      reporter.publishEntry("partitions opened anew", Long.toString(moves));
      reporter.publishEntry("tasks", Integer.toString(sent.size()));
      assertThat(moves).isGreaterThanOrEqualTo(times);
      assertThat(workers).allMatch(WorkerProcess::isAlive);
      assertThat(Books.agree(fleet).tasks()).isEqualTo(sent.size());
    }
  }

  /** By turns somebody joins and leaves, and everybody is thrown out. */
  private static void shake(Fleet fleet, Admin admin, int number) throws Exception {
    if (number % 2 == 0) {
      IntrudingMember.joinAndLeave(fleet);
      return;
    }
    try {
      admin
          .removeMembersFromConsumerGroup(
              fleet.group(), new RemoveMembersFromConsumerGroupOptions())
          .all()
          .get(30, TimeUnit.SECONDS);
    } catch (ExecutionException _) {
      // some are about to join anyway: they are shaken already
    }
  }

  private List<TaskDispatch> some() {
    List<TaskDispatch> tasks = new ArrayList<>();
    for (int i = 0; i < 2 * TARGETS; i++) {
      String id = "storm-" + sent.size();
      String service = "storm-t" + sent.size() % TARGETS;
      sent.add(id);
      tasks.add(order(id, service, Cue.of("two", Behaviour.SLOW, 100)));
    }
    return tasks;
  }

  private static long opened(List<WorkerProcess> workers) {
    return workers.stream()
        .mapToLong(worker -> OPENED.matcher(worker.log()).results().count())
        .sum();
  }
}
