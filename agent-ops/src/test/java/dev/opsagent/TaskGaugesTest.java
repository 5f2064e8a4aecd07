package dev.opsagent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.console.Metrics;
import dev.opsagent.execution.OpenTask;
import dev.opsagent.protocol.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskGaugesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final List<OpenTask> open = new ArrayList<>();
  private final Metrics metrics = new Metrics();

  TaskGaugesTest() {
    new TaskGauges(() -> open, () -> NOW).in(metrics);
  }

  @Test
  void tasksAreCountedByWhereTheyStandAndTheOldestByItsAge() {
    open.add(task("local/a", TaskState.ACCEPTED, false, 10));
    open.add(task("local/a", TaskState.ACCEPTED, false, 70));
    open.add(task("local/b", TaskState.RUNNING, false, 5));
    open.add(task("local/c", TaskState.ACCEPTED, true, 9000));
    open.add(task("local/d", TaskState.IN_DOUBT, false, 100));

    assertThat(metrics.scrape())
        .contains(
            "ops_agent_tasks_open{state=\"accepted\"} 2.0",
            "ops_agent_tasks_oldest_seconds{state=\"accepted\"} 70.0",
            "ops_agent_tasks_open{state=\"running\"} 1.0",
            "ops_agent_tasks_open{state=\"held-back\"} 1.0",
            "ops_agent_tasks_oldest_seconds{state=\"held-back\"} 9000.0",
            "ops_agent_lanes 3.0",
            "ops_agent_targets_held 1.0");
  }

  @Test
  void whereNoTaskIsThatIsSaidRatherThanLeftOut() {
    assertThat(metrics.scrape())
        .contains(
            "ops_agent_tasks_open{state=\"awaiting-decision\"} 0.0",
            "ops_agent_tasks_oldest_seconds{state=\"accepted\"} 0.0",
            "ops_agent_targets_held 0.0");
  }

  @Test
  void aClockThatIsBehindMakesNoAge() {
    open.add(task("local/a", TaskState.ACCEPTED, false, -60));

    assertThat(metrics.scrape()).contains("ops_agent_tasks_oldest_seconds{state=\"accepted\"} 0.0");
  }

  private static OpenTask task(String target, TaskState state, boolean heldBack, long seconds) {
    return new OpenTask(target, state, heldBack, NOW.minusSeconds(seconds));
  }
}
