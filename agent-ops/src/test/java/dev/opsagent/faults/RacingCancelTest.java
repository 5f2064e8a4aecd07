package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Cancels that arrive anywhere between the first report of a task and some time after its end. */
@Tag("core")
final class RacingCancelTest {
  private static final int TASKS = 120;

  @Test
  void fault_20_a_cancel_that_races_the_end_leaves_one_end_and_an_ordered_audit(
      @TempDir Path folder, TestReporter reporter) throws Exception {
    Random random = Seed.random(reporter);
    try (Fleet fleet = Fleet.create(folder, Fleet.Layout.shared());
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(2)) {
      fleet.startWorker().awaitReady();
      List<TaskDispatch> tasks = tasks(random);
      long usual = usualMillis(fleet);
      List<ScheduledFuture<?>> cancels = new ArrayList<>();
      for (TaskDispatch task : tasks) {
        fleet.send(task);
        long wait = random.nextLong(2 * usual + 50);
        cancels.add(timer.schedule(() -> fleet.cancel(task), wait, TimeUnit.MILLISECONDS));
      }
      for (ScheduledFuture<?> cancel : cancels) {
        cancel.get(1, TimeUnit.MINUTES);
      }
      fleet.awaitEnds(Orders.ids(tasks), Fleet.PATIENCE);

      Books books = Books.agree(fleet);
      Map<TaskState, Long> ends =
          tasks.stream()
              .collect(Collectors.groupingBy(it -> books.end(it.taskId()), Collectors.counting()));
      reporter.publishEntry("ends", ends.toString());
      assertThat(ends).containsOnlyKeys(TaskState.CANCELLED, TaskState.SUCCEEDED);
      theAuditIsOrdered(fleet, tasks, books);
    }
  }

  private static List<TaskDispatch> tasks(Random random) {
    List<TaskDispatch> tasks = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      Cue slow = Cue.of("two", Behaviour.SLOW, random.nextInt(40));
      Cue fragile = Cue.of("three", random.nextBoolean() ? Behaviour.FAILS_ONCE : Behaviour.LIES);
      tasks.add(Orders.order("race-" + i, "race-t" + i % 30, slow, fragile));
    }
    return tasks;
  }

  private static long usualMillis(Fleet fleet) {
    StatusReport end = fleet.run(Orders.order("usual", "usual"));
    List<StatusReport> reports = fleet.bus.reports("usual");
    return Duration.between(reports.getFirst().at(), end.at()).toMillis();
  }

  /** Accepted first, ended once, and after that nothing but what came too late. */
  private static void theAuditIsOrdered(Fleet fleet, List<TaskDispatch> tasks, Books books) {
    Map<String, List<String>> kinds = new HashMap<>();
    for (AuditRecord record : fleet.bus.audit()) {
      Optional<String> id = record.taskId();
      id.ifPresent(it -> kinds.computeIfAbsent(it, _ -> new ArrayList<>()).add(record.kind()));
    }
    for (TaskDispatch task : tasks) {
      List<String> told = kinds.getOrDefault(task.taskId(), List.of());
      boolean early = told.getFirst().equals("remembered");
      assertThat(told.get(early ? 1 : 0)).isEqualTo("accepted");
      int end = told.indexOf("ended");
      assertThat(told.subList(end + 1, told.size())).isSubsetOf("ignored");
      boolean late = books.end(task.taskId()) != TaskState.CANCELLED;
      assertThat(told.contains("ignored")).as("a cancel is never lost").isEqualTo(late);
    }
  }
}
