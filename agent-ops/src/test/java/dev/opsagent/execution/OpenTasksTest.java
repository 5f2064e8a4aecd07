package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.ScriptedOperation.Behaviour;
import dev.opsagent.protocol.TaskResolve.Decision;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OpenTasksTest extends EngineFixture {
  @Test
  void aTaskIsCountedWhereItStandsUntilItHasEnded() {
    Instant accepted = time.now();
    world.behaviour.put("t1/two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofMinutes(5));
    dispatch("t2", false);

    assertThat(engine.openTasks())
        .containsExactlyInAnyOrder(
            new OpenTask(TARGET.key(), TaskState.AWAITING_DECISION, false, accepted),
            new OpenTask(
                TARGET.key(), TaskState.ACCEPTED, false, accepted.plus(Duration.ofMinutes(5))));

    resolve("t1", Decision.DONE);

    assertThat(engine.openTasks()).isEmpty();
  }

  @Test
  void aTaskThatHoldsItsTargetIsCountedAlsoAfterARestart() {
    world.behaviour.put("two", Behaviour.UNKNOWN);
    dispatch("t1", false);
    time.advance(Duration.ofHours(25));
    restart();

    assertThat(engine.openTasks()).extracting(OpenTask::state).containsExactly(TaskState.IN_DOUBT);

    resolve("t1", Decision.UNDONE);

    assertThat(engine.openTasks()).isEmpty();
  }
}
