package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Three copies of everything, of which two must stand. */
final class ThreeBrokersTest {
  private @TempDir Path folder;
  private final List<String> sent = new ArrayList<>();

  @Test
  void fault_10_two_of_three_brokers_carry_on_when_the_leader_of_the_ledger_is_killed(
      TestReporter reporter) throws Exception {
    try (BrokerCluster brokers = BrokerCluster.start(folder, 3);
        Fleet fleet =
            Fleet.create(
                folder, Fleet.Layout.on(brokers.bootstrap()).partitions(1).replication(3));
        Admin admin = fleet.admin()) {
      fleet.startWorker().awaitReady();
      assertThat(ledger(fleet, admin).replicas()).hasSize(3);

      for (int loss = 0; loss < 2; loss++) {
        fleet.send(some());
        fleet.awaitEffect(sent.getLast(), "one", EffectLedger.Kind.BEGIN);
        int leader = ledger(fleet, admin).leader().id();
        brokers.broker(leader).kill();
        fleet.send(some());
        fleet.awaitEnds(sent, Fleet.PATIENCE); // with two
        assertThat(ledger(fleet, admin).leader().id()).isNotEqualTo(leader);
        reporter.publishEntry("lost broker", Integer.toString(leader));

        brokers.broker(leader).start();
        brokers.awaitBrokers(3);
        Awaitility.await("three copies again")
            .atMost(Fleet.PATIENCE)
            .until(() -> ledger(fleet, admin).isr().size() == 3);
      }
      assertThat(Books.agree(fleet).tasks()).isEqualTo(sent.size());
    }
  }

  private List<TaskDispatch> some() {
    List<TaskDispatch> tasks =
        Orders.many("three-" + sent.size(), 20, 5, Cue.of("one", Behaviour.SLOW, 200));
    sent.addAll(Orders.ids(tasks));
    return tasks;
  }

  private static TopicPartitionInfo ledger(Fleet fleet, Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    TopicDescription topic =
        admin
            .describeTopics(List.of(fleet.topics.ledger()))
            .allTopicNames()
            .get(30, TimeUnit.SECONDS)
            .get(fleet.topics.ledger());
    assertThat(topic).isNotNull();
    return topic.partitions().getFirst();
  }
}
