package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.EffectLedger.Line;
import dev.opsagent.faults.FaultyProxy.Weather;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose way to the broker is bad, while the broker and other workers are well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NetworkFaultsTest {
  private BrokerCluster brokers;
  private Fleet fleet;
  private WorkerProcess far;

  @BeforeAll
  void start(@TempDir Path folder) {
    brokers = BrokerCluster.start(folder, 1);
  }

  @AfterAll
  void end() {
    brokers.close();
  }

  @BeforeEach
  void start(@TempDir Path folder, org.junit.jupiter.api.TestInfo test) {
    boolean patient = test.getDisplayName().contains("two_seconds");
    fleet =
        Fleet.create(
            folder,
            Fleet.Layout.on(brokers.bootstrap())
                .partitions(1)
                .sessionTimeout(Duration.ofSeconds(patient ? 10 : 3)));
    far = fleet.startWorker(new Fleet.Start(brokers.proxied(), List.of(), Map.of())).awaitReady();
  }

  @AfterEach
  void clear() {
    brokers.proxy().turn(new Weather.Clear());
    fleet.close();
  }

  @Test
  @Tag("slow")
  void fault_12_a_worker_two_seconds_away_keeps_its_partitions_and_works_on() {
    List<TaskDispatch> orders = Orders.many("slow", 6, 6);
    brokers.proxy().turn(new Weather.Slow(Duration.ofSeconds(2)));
    fleet.send(orders);
    fleet.awaitEnds(Orders.ids(orders), Fleet.PATIENCE);

    assertThat(far.log()).doesNotContain("is restored");
    Books.agree(fleet);
  }

  @Test
  void fault_12_a_worker_whose_connections_are_reset_again_and_again_recovers() {
    List<TaskDispatch> orders = Orders.many("reset", 60, 6, Cue.of("two", Behaviour.SLOW, 100));
    fleet.send(orders);
    for (int resets = 0; resets < 20; resets++) {
      assertThat(brokers.proxy().connections()).isPositive();
      brokers.proxy().reset();
      Awaitility.await()
          .pollDelay(Duration.ofMillis(200))
          .atMost(Fleet.PATIENCE)
          .until(() -> brokers.proxy().connections() > 0);
    }

    fleet.awaitEnds(Orders.ids(orders), Fleet.PATIENCE);
    Books.agree(fleet);
  }

  @Test
  void fault_12_a_worker_behind_a_half_open_network_is_fenced_and_comes_back() {
    fleet.send(
        List.of(
            order("before", "before", Cue.of("one", Behaviour.WAITS, "go")),
            order("after", "after", Cue.of("one", Behaviour.LINGERS, "go"))));
    fleet.awaitEffect("before", "one", Kind.BEGIN);
    fleet.awaitEffect("after", "one", Kind.APPLY);

    brokers.proxy().turn(new Weather.HalfOpen());
    WorkerProcess near = fleet.startWorker().awaitReady();
    Awaitility.await("the near worker takes over")
        .atMost(Fleet.PATIENCE)
        .until(() -> fleet.world.effects().count("before", "one", Kind.BEGIN) == 2);
    fleet.world.signal("go"); // both are in the step; the far one does not know yet
    assertThat(fleet.await("before").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(fleet.await("after").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(fleet.world.effects().lines())
        .filteredOn(line -> line.kind() == Kind.APPLY && line.taskId().equals("before"))
        .extracting(Line::worker)
        .containsOnly(near.pid());

    brokers.proxy().turn(new Weather.Clear());
    near.terminate();
    assertThat(fleet.run(order("again", "again")).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(far.isAlive()).isTrue();
    Books.agree(fleet);
  }

  @Test
  void fault_12_a_worker_on_a_line_of_a_kilobyte_a_second_is_fenced_or_slow_and_recovers() {
    List<TaskDispatch> orders = Orders.many("narrow", 30, 6);
    brokers.proxy().turn(new Weather.Narrow(1_000));
    fleet.send(orders);
    Awaitility.await()
        .during(Duration.ofSeconds(15))
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> fleet.ended().size() < orders.size());

    brokers.proxy().turn(new Weather.Clear());
    fleet.awaitEnds(Orders.ids(orders), Fleet.PATIENCE);
    assertThat(far.isAlive()).isTrue();
    Books.agree(fleet);
  }
}
