package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A worker that has as much to do as it may keep in memory, and a backlog behind it. */
final class BackpressureTest {
  /** More than a partition takes. */
  private static final int WAITING = 1_200;

  private static final int CHUNK = 20_000;
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  @Test
  void words_and_urgent_orders_work_at_once_beside_a_backlog(
      @TempDir Path folder, TestReporter reporter) {
    besideBacklog(folder, CHUNK, reporter);
  }

  @Test
  @Tag("slow")
  void words_and_urgent_orders_work_at_once_beside_a_million_tasks(
      @TempDir Path folder, TestReporter reporter) {
    besideBacklog(folder, 1_000_000, reporter);
  }

  private static void besideBacklog(Path folder, int backlog, TestReporter reporter) {
    Fleet.Layout layout = Fleet.Layout.shared().partitions(1);
    try (Fleet fleet = Fleet.unsigned(folder, layout)) {
      WorkerProcess worker = fleet.startWorker(hurried(layout)).awaitReady();
      TaskDispatch asked = Orders.order("asked", "asked", Cue.of("two", Behaviour.UNKNOWN));
      fleet.send(asked);
      assertThat(fleet.await("asked").state()).isEqualTo(TaskState.AWAITING_DECISION);
      List<TaskDispatch> waiting =
          Orders.many("waits", WAITING, WAITING, Cue.of("one", Behaviour.WAITS));
      fleet.send(waiting);
      fleet.awaitEffect("waits-0", "one", Kind.BEGIN);
      for (int sent = 0; sent < backlog; sent += CHUNK) {
        fleet.send(Orders.many("queued-" + sent, CHUNK, 500));
      }

      long began = System.nanoTime();
      fleet.cancel(waiting.getFirst());
      assertThat(fleet.await("waits-0").state()).isEqualTo(TaskState.CANCELLED);
      fleet.resolve(asked, Decision.UNDONE);
      assertThat(fleet.awaitEnd("asked").state()).isEqualTo(TaskState.ROLLED_BACK);
      TaskDispatch urgent = Orders.order("urgent", "urgent");
      fleet.sendAhead(urgent);
      StatusReport end = fleet.await("urgent");
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      reporter.publishEntry(
          "cancel, decision and urgent order beside %,d tasks".formatted(backlog),
          took.toMillis() + " ms");
      assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(took).isLessThan(AT_ONCE);
      assertThat(fleet.ended()).as("the backlog waits").hasSizeLessThan(100);
      assertThat(worker.log()).doesNotContain("OutOfMemoryError");
      assertThat(worker.isAlive()).isTrue();
    }
  }

  private static Fleet.Start hurried(Fleet.Layout layout) {
    return new Fleet.Start(
        layout.bootstrap(), List.of("-D" + RehearsalWorker.OVERTAKES + "=true"), Map.of());
  }
}
