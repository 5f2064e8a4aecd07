package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.simulation.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private final VirtualTime time = new VirtualTime();
  private final List<LiveTask> rung = new ArrayList<>();
  private final Deadlines deadlines = new Deadlines(time, rung::add);

  @Test
  void a_deadline_that_rang_for_a_state_that_was_left_has_not_passed() {
    LiveTask task = new LiveTask(record(TaskState.RUNNING, Duration.ofSeconds(10)), false);
    deadlines.watch(task);
    time.advance(Duration.ofSeconds(10));
    assertThat(rung).containsExactly(task);
    assertThat(deadlines.passed(task)).isTrue();

    task.record = record(TaskState.UNDOING, Duration.ofMinutes(5));
    deadlines.watch(task);

    assertThat(deadlines.passed(task)).isFalse();
    time.advance(Duration.ofMinutes(5));
    assertThat(deadlines.passed(task)).isTrue();
  }

  private TaskRecord record(TaskState state, Duration budget) {
    TaskDispatch order =
        new TaskDispatch(
            "t1",
            "push",
            new Target("local", "shop"),
            Optional.empty(),
            Json.mapper().createObjectNode(),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    return TaskRecord.fresh(order, Intent.plain("digest"), Optional.empty(), 0, time.now(), budget)
        .with(state);
  }
}
