package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.opsagent.execution.Journal.Input;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("core")
class BusLoopTest {
  private final RecordingHost host = new RecordingHost();
  private final List<BusLoop> loops = new ArrayList<>();
  private TestBus bus;

  @BeforeEach
  void create() throws Exception {
    bus = TestBus.create(2);
  }

  @AfterEach
  void close() throws Exception {
    for (BusLoop loop : loops) {
      loop.close(Duration.ofSeconds(1));
    }
    bus.close();
  }

  @Test
  void handsOverTasksAndControlFromTheEarliestRecordAndGoesOnWhereItStoodAfterARestart()
      throws Exception {
    bus.send(bus.topics.tasks(), 0, "k", "task before the group");
    bus.send(bus.topics.control(), 1, "k", "control before the group");
    BusLoop loop = start(host, BusListener.NONE);
    soon().until(loop::ready);
    bus.send(bus.topics.tasks(), 1, "k", "task later");
    soon()
        .untilAsserted(() ->
            assertThat(host.committed)
                .containsExactlyInAnyOrder(
                    "task before the group", "control before the group", "task later"));
    assertThat(host.shard(0).delivered).containsExactly("TASKS task before the group");
    assertThatCode(host.shard(0).journal::check).doesNotThrowAnyException();
    loop.close(Duration.ofSeconds(1));
    assertThat(host.shards.values()).allMatch(shard -> shard.revoked);

    RecordingHost next = new RecordingHost();
    soon().until(start(next, BusListener.NONE)::ready);
    bus.send(bus.topics.tasks(), 0, "k", "task after the restart");
    soon().until(() -> next.committed.contains("task after the restart"));

    assertThat(next.shard(0).restored).containsExactly("task before the group");
    assertThat(next.shard(0).delivered).containsExactly("TASKS task after the restart");
  }

  @Test
  void keepsControlFlowingWhileAFullShardGetsNoTasks() {
    BusLoop loop = start(host, BusListener.NONE);
    soon().until(loop::ready);
    host.full.add(Input.TASKS);
    soon().until(() -> paused(loop));

    bus.send(bus.topics.tasks(), 0, "k", "task");
    bus.send(bus.topics.control(), 0, "k", "cancel");
    soon().until(() -> host.committed.contains("cancel"));
    assertThat(host.shard(0).delivered).containsExactly("CONTROL cancel");

    host.full.clear();
    loop.nudge();
    soon().until(() -> host.committed.contains("task"));
  }

  @Test
  void deliversNothingThatAShardIsNotReadyForWhenItOpens() {
    host.full.add(Input.TASKS);
    bus.send(bus.topics.tasks(), 0, "k", "task");
    bus.send(bus.topics.control(), 0, "k", "cancel");
    BusLoop loop = start(host, BusListener.NONE);
    soon().until(() -> host.committed.contains("cancel"));
    bus.send(bus.topics.control(), 0, "k", "cancel again");
    soon().until(() -> host.committed.contains("cancel again"));
    assertThat(host.shard(0).delivered).containsExactly("CONTROL cancel", "CONTROL cancel again");

    host.full.clear();
    host.full.add(Input.CONTROL);
    loop.nudge();
    soon().until(() -> host.committed.contains("task"));
    bus.send(bus.topics.control(), 0, "k", "waits");
    bus.send(bus.topics.tasks(), 0, "k", "another task");
    soon().until(() -> host.committed.contains("another task"));
    assertThat(host.committed).doesNotContain("waits");

    host.full.clear();
    loop.nudge();
    soon().until(() -> host.committed.contains("waits"));
  }

  @Test
  void handsPartitionsOverWhenASecondMemberJoinsAndTakesThemBackWhenItLeaves() throws Exception {
    BusLoop first = start(host, BusListener.NONE);
    soon().until(first::ready);
    bus.send(bus.topics.tasks(), 0, "k", "zero");
    bus.send(bus.topics.tasks(), 1, "k", "one");
    soon().until(() -> host.committed.size() == 2);

    RecordingHost other = new RecordingHost();
    BusLoop second = start(other, BusListener.NONE);
    soon().until(() -> other.shards.size() == 1 && second.ready());
    int moved = other.shards.keySet().iterator().next();
    assertThat(host.shard(moved).revoked).isTrue();
    assertThat(host.shard(1 - moved).revoked).isFalse();
    assertThat(host.shard(1 - moved).lost).isFalse();
    assertThat(other.shard(moved).restored).containsExactly(moved == 0 ? "zero" : "one");

    bus.send(bus.topics.tasks(), moved, "k", "for the second");
    bus.send(bus.topics.control(), 1 - moved, "k", "for the first");
    soon().until(() -> other.committed.contains("for the second"));
    soon().until(() -> host.committed.contains("for the first"));

    second.close(Duration.ofSeconds(1));
    bus.send(bus.topics.tasks(), moved, "k", "back again");
    soon().until(() -> host.committed.contains("back again"));
    assertThat(host.shard(moved).restored).contains("for the second");
  }

  @Test
  void restoresAPartitionWhoseJournalWasFencedThoughItStillOwnsIt() {
    AtomicInteger losses = new AtomicInteger();
    BusListener counting =
        new BusListener() {
          @Override
          public void journalLost(int partition, String why) {
            losses.incrementAndGet();
          }
        };
    BusLoop loop = start(host, counting);
    soon().until(loop::ready);
    RecordingHost.RecordingShard before = host.shard(0);
    try (Producer<byte[], byte[]> zombie = bus.clients.writer(0)) {
      zombie.initTransactions();
      bus.send(bus.topics.tasks(), 0, "k", "task");
      soon().until(() -> host.committed.contains("task"));
    }

    assertThat(losses).hasValue(1);
    assertThat(before.lost).isTrue();
    assertThat(before.delivered).containsExactly("TASKS task");
    assertThat(host.shard(0).delivered).containsExactly("TASKS task");
    assertThat(host.committed).containsExactly("task");
  }

  private BusLoop start(RecordingHost recording, BusListener listener) {
    BusLoop loop = new BusLoop(bus.settings, bus.setup, recording, listener, System::nanoTime);
    loops.add(loop);
    loop.start();
    return loop;
  }

  /** Whether the loop has looked at its shards since the last nudge. */
  private static boolean paused(BusLoop loop) {
    return loop.paused() == 2;
  }

  private static ConditionFactory soon() {
    return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20));
  }
}
