package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.FaultyProxy.Weather;
import dev.opsagent.protocol.TaskDispatch;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The only broker dies, at the worst moments and for long. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrokerLossTest {
  /** What a worker needs with a hundred tasks in hand; a leak of minutes would not fit. */
  private static final List<String> SMALL = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError");

  /** Longer than the lease, and much shorter than what it takes to give a partition up. */
  private static final Duration SESSION = Duration.ofSeconds(2);

  /** After which the broker that comes back aborts what stood open when it was killed. */
  private static final Duration TRANSACTION = Duration.ofSeconds(5);

  private BrokerCluster brokers;
  private Fleet fleet;
  private WorkerProcess worker;

  @BeforeAll
  void start(@TempDir Path folder) {
    brokers = BrokerCluster.start(folder, 1);
    Fleet.Layout layout =
        Fleet.Layout.on(brokers.bootstrap())
            .sessionTimeout(SESSION)
            .with("kafka:\n  transaction.timeout.ms: %d\n".formatted(TRANSACTION.toMillis()));
    fleet = Fleet.create(folder, layout);
    worker = fleet.startWorker(new Fleet.Start(brokers.proxied(), SMALL, Map.of())).awaitReady();
  }

  @AfterAll
  void end() {
    fleet.close();
    brokers.close();
  }

  @Test
  void fault_10_a_broker_killed_amid_a_commit_leaves_one_report() {
    killAtReplyTo(ApiKeys.END_TXN, "amid");
    restart();

    assertThat(fleet.await("amid").state()).isEqualTo(TaskState.SUCCEEDED);
    Books.agree(fleet);
  }

  @Test
  void fault_10_a_transaction_that_runs_out_while_the_only_broker_is_gone_hides_nothing() {
    killAtReplyTo(ApiKeys.TXN_OFFSET_COMMIT, "open");
    Awaitility.await().pollDelay(TRANSACTION).until(() -> true);
    restart();

    assertThat(fleet.await("open").state()).isEqualTo(TaskState.SUCCEEDED);
    Books.agree(fleet);
  }

  /** Has a task go on, and the broker end when it has answered the worker's next such request. */
  private void killAtReplyTo(ApiKeys request, String name) {
    fleet.send(order(name, name, Cue.of("one", Behaviour.WAITS, "go-" + name)));
    fleet.awaitEffect(name, "one", Kind.BEGIN);
    int lost = brokers.proxy().lostReplies();
    brokers.proxy().loseReplyTo(request, new Weather.HalfOpen());
    fleet.world.signal("go-" + name);
    Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> brokers.proxy().lostReplies() > lost);
    brokers.killOnlyBroker();
  }

  @Test
  void fault_10_a_broker_killed_and_restarted_under_load_loses_no_task_and_repeats_none() {
    List<TaskDispatch> orders = Orders.many("load", 60, 12, Cue.of("two", Behaviour.SLOW, 50));
    fleet.send(orders);

    for (int kills = 1; kills <= 2; kills++) {
      int some = kills * 40;
      Awaitility.await()
          .atMost(Fleet.PATIENCE)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> applied("load") > some);
      if (kills == 1) {
        brokers.killOnlyBroker();
      }
      brokers.broker(1).stop();
      assertThat(applied("load")).isLessThan(3L * orders.size());
      restart();
    }

    fleet.awaitEnds(Orders.ids(orders), Fleet.PATIENCE);
    Books.agree(fleet);
  }

  @Test
  void fault_13_no_effect_starts_while_all_brokers_are_gone() {
    outage("gone", Duration.ofSeconds(15));
  }

  @Test
  @Tag("slow")
  void fault_13_no_effect_starts_while_all_brokers_are_gone_for_minutes() {
    outage("long-gone", Duration.ofMinutes(2));
  }

  private void outage(String name, Duration takes) {
    List<TaskDispatch> orders =
        Orders.many(name, 100, 50, Cue.of("one", Behaviour.WAITS, "go-" + name));
    fleet.send(orders);
    Awaitility.await()
        .atMost(Fleet.PATIENCE)
        .until(() ->
            fleet.world.effects().lines().stream()
                    .filter(line -> line.taskId().startsWith(name))
                    .count()
                >= 50);

    long before = restored();
    brokers.killOnlyBroker();
    try {
      nothingIsApplied(name, SESSION);
      fleet.world.signal("go-" + name); // the steps may go on, and have no lease to do it with
      nothingIsApplied(name, takes);
      assertThat(restored()).as("partitions that were given up").isGreaterThanOrEqualTo(before + 2);
      assertThat(worker.isAlive()).as(worker.log()).isTrue();
    } finally {
      restart(); // the other tests want it too
    }

    fleet.awaitEnds(Orders.ids(orders), Fleet.PATIENCE);
    assertThat(worker.isAlive()).as(worker.log()).isTrue();
    Books.agree(fleet);
  }

  private void nothingIsApplied(String name, Duration during) {
    Awaitility.await()
        .during(during)
        .atMost(during.plusSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> applied(name) == 0);
  }

  private long restored() {
    return worker.log().lines().filter(line -> line.contains("is restored")).count();
  }

  private long applied(String name) {
    return fleet.world.effects().lines().stream()
        .filter(line -> line.kind() == Kind.APPLY && line.taskId().startsWith(name + "-"))
        .count();
  }

  private void restart() {
    brokers.broker(1).start();
    brokers.awaitBrokers(1);
  }
}
