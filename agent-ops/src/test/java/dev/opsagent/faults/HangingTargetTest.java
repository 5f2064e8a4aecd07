package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** One target hangs, with others behind it in its lane; what becomes of all the other targets. */
final class HangingTargetTest {
  private static final int ROUNDS = 5;
  private static final int TASKS = 60;
  private static final int HUNG = 4;

  /** Two samples of one machine that others share differ by more than what is looked for. */
  private static final double NOISE = 3;

  @Test
  void fault_23_a_target_that_hangs_ends_at_its_deadline_and_delays_no_other(
      @TempDir Path folder, TestReporter reporter) {
    try (Fleet fleet = Fleet.create(folder, Fleet.Layout.shared())) {
      fleet.startWorker().awaitReady();
      List<Duration> quiet = new ArrayList<>();
      List<Duration> beside = new ArrayList<>();
      round(fleet, "warm");
      for (int i = 0; i < ROUNDS; i++) {
        quiet.addAll(round(fleet, "quiet-" + i));
        List<TaskDispatch> hung = hang(fleet, i);
        beside.addAll(round(fleet, "beside-" + i));
        assertThat(fleet.ended()).as("it still hangs").doesNotContain(hung.getFirst().taskId());
        hung.forEach(fleet::cancel);
        fleet.awaitEnds(Orders.ids(hung), Fleet.PATIENCE);
      }

      double ratio = (double) p99(beside).toNanos() / p99(quiet).toNanos();
      reporter.publishEntry(
          "p99 beside a hanging target",
          "%d ms against %d ms: %.2f"
              .formatted(p99(beside).toMillis(), p99(quiet).toMillis(), ratio));
      assertThat(ratio).isLessThan(NOISE);
      theDeadlineEndsIt(fleet);
      Books.agree(fleet);
    }
  }

  private static void theDeadlineEndsIt(Fleet fleet) {
    TaskDispatch task =
        Orders.order("late", "late", Duration.ofSeconds(2), Cue.of("two", Behaviour.HANGS));
    StatusReport end = fleet.run(task);
    assertThat(end.state()).isEqualTo(TaskState.EXPIRED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.DEADLINE_PASSED);
    assertThat(end.changes()).isEmpty();
    StatusReport accepted = fleet.bus.reports("late").getFirst();
    assertThat(Duration.between(accepted.at(), end.at()))
        .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
  }

  private static List<TaskDispatch> hang(Fleet fleet, int round) {
    List<TaskDispatch> hung = Orders.many("hung-" + round, HUNG, 1, Cue.of("two", Behaviour.HANGS));
    fleet.send(hung);
    fleet.awaitEffect(hung.getFirst().taskId(), "two", Kind.BEGIN);
    return hung;
  }

  /** Runs tasks on other targets; returns how long each took by its reports. */
  private static List<Duration> round(Fleet fleet, String name) {
    List<TaskDispatch> tasks = Orders.many(name, TASKS, 20);
    fleet.send(tasks);
    fleet.awaitEnds(Orders.ids(tasks), Fleet.PATIENCE);
    List<StatusReport> reports = fleet.bus.messages(fleet.topics.status(), StatusReport.class);
    return tasks.stream().map(task -> took(reports, task.taskId())).toList();
  }

  private static Duration took(List<StatusReport> reports, String taskId) {
    List<StatusReport> mine =
        reports.stream().filter(report -> report.taskId().equals(taskId)).toList();
    assertThat(mine.getLast().state()).isEqualTo(TaskState.SUCCEEDED);
    return Duration.between(mine.getFirst().at(), mine.getLast().at());
  }

  private static Duration p99(List<Duration> sample) {
    List<Duration> sorted = new ArrayList<>(sample);
    Collections.sort(sorted);
    return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
  }
}
