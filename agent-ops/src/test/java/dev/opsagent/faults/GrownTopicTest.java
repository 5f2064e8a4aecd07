package dev.opsagent.faults;

import static dev.opsagent.faults.Orders.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody adds partitions to {@code pm.tasks} while a worker reads it. */
final class GrownTopicTest {
  @Test
  void a_growing_topic_is_noticed_and_no_further_task_is_taken(@TempDir Path folder)
      throws Exception {
    Fleet.Layout layout = Fleet.Layout.shared().with("kafka:\n  metadata.max.age.ms: 500\n");
    try (Fleet fleet = Fleet.create(folder, layout)) {
      WorkerProcess worker = fleet.startWorker().awaitReady();
      TaskDispatch before = order("before", "web", Cue.of("two", Behaviour.WAITS, "go"));
      fleet.send(before);
      fleet.awaitEffect("before", "two", Kind.BEGIN);

      grow(fleet, 5);
      Awaitility.await().atMost(Fleet.PATIENCE).until(() -> escalations(fleet).size() == 3);
      List<TaskDispatch> after = Orders.many("after", 20, 10);
      fleet.send(after);
      fleet.world.signal("go"); // what was taken already ends as usual
      assertThat(fleet.await("before").state()).isEqualTo(TaskState.SUCCEEDED);

      assertThat(escalations(fleet))
          .allSatisfy(it -> assertThat(it.evidence().getFirst()).contains("began with 2"));
      assertThat(worker.log()).contains("is not served");
      worker.terminate();
      assertThat(fleet.startWorker().refusal()).contains("partitions is 5, wanted 2");
      assertThat(fleet.world.effects().lines()).allMatch(line -> line.taskId().equals("before"));
      assertThat(fleet.bus.reports("after-0")).isEmpty();
    }
  }

  private static void grow(Fleet fleet, int count) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", fleet.layout.bootstrap()))) {
      admin
          .createPartitions(Map.of(fleet.topics.tasks(), NewPartitions.increaseTo(count)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  private static List<Escalation> escalations(Fleet fleet) {
    return fleet.bus.messages(fleet.topics.escalations(), Escalation.class);
  }
}
