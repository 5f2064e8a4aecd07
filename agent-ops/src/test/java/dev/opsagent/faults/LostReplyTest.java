package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.FaultyProxy.Weather;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The broker has committed, and its answer never arrives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LostReplyTest {
  private BrokerCluster brokers;
  private Fleet fleet;
  private WorkerProcess worker;

  @BeforeAll
  void start(@TempDir Path folder) {
    brokers = BrokerCluster.start(folder, 1);
    fleet = Fleet.create(folder, Fleet.Layout.on(brokers.bootstrap()).partitions(1));
    worker =
        fleet.startWorker(new Fleet.Start(brokers.proxied(), List.of(), Map.of())).awaitReady();
  }

  @AfterAll
  void end() {
    fleet.close();
    brokers.close();
  }

  @Test
  void fault_11_a_commit_whose_reply_is_lost_leaves_one_report() {
    int before = brokers.proxy().lostReplies();
    fleet.send(order("lost", "lost", Cue.of("one", Behaviour.WAITS, "go-lost")));
    fleet.awaitEffect("lost", "one", Kind.BEGIN);

    brokers.proxy().loseReplyTo(ApiKeys.END_TXN, new Weather.Clear());
    fleet.world.signal("go-lost"); // the next commit records the step's end

    assertThat(fleet.await("lost").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(brokers.proxy().lostReplies()).isEqualTo(before + 1);
    Books.agree(fleet);
  }

  @Test
  void fault_11_a_commit_of_which_nobody_hears_again_is_found_by_reading_the_ledger() {
    int before = brokers.proxy().lostReplies();
    fleet.send(order("silence", "silence", Cue.of("one", Behaviour.WAITS, "go-silence")));
    fleet.awaitEffect("silence", "one", Kind.BEGIN);

    brokers.proxy().loseReplyTo(ApiKeys.END_TXN, new Weather.Refusing());
    fleet.world.signal("go-silence");
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> worker.log().contains("partition 0 is restored"));
    assertThat(fleet.world.effects().count("silence", "two", Kind.BEGIN)).isZero();
    brokers.proxy().turn(new Weather.Clear());

    assertThat(fleet.await("silence").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(brokers.proxy().lostReplies()).isEqualTo(before + 1);
    assertThat(fleet.world.effects().count("silence", "one", Kind.BEGIN)).isEqualTo(1);
    Books.agree(fleet);
  }
}
