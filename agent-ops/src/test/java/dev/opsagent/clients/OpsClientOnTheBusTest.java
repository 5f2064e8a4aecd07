package dev.opsagent.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.StartAt;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Subscription;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.protocol.TopicMissing;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The client of {@code agent-protocol} against a broker and a worker. */
@Tag("core")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpsClientOnTheBusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Target TARGET = new Target("local", "web");

  @TempDir static Path folder;
  private PackageRemote remote;
  private LocalWorker worker;

  @BeforeAll
  void start() throws Exception {
    remote = PackageRemote.create(folder, "web");
    worker = LocalWorker.start(folder.resolve("data"));
  }

  @AfterAll
  void end() {
    worker.close();
  }

  @Test
  void aDispatchTellsWhereTheTaskLiesAndItsEndIsAwaited() {
    RecordPosition position = dispatch("awaited");

    assertThat(position.topic()).isEqualTo(worker.topics.tasks());
    assertThat(position.partition()).isEqualTo(LocalWorker.partition(TARGET.key()));
    assertThat(worker.client.await("awaited", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void aReportFromBeforeTheAwaitIsNotMissed() {
    dispatch("ended");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> worker.reports("ended").stream().anyMatch(it -> it.state().isEnd()));

    assertThat(worker.client.await("ended", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    try (OpsClient other = client(worker.topics)) {
      assertThat(other.await("ended", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    }
  }

  @Test
  void aStreamHandsOutEveryReportOfItsTaskInOrder() {
    Queue<StatusReport> seen = new ConcurrentLinkedQueue<>();
    try (Subscription _ = worker.client.stream(Optional.of("streamed"), StartAt.now(), seen::add)) {
      dispatch("beside");
      dispatch("streamed");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> seen.stream().anyMatch(OpsClientOnTheBusTest::ended));
    }

    assertThat(seen).extracting(StatusReport::taskId).containsOnly("streamed");
    assertThat(seen)
        .extracting(StatusReport::revision)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, seen.size()).boxed().toList());
  }

  @Test
  void aDryRunCarriesItsPlanAndChangesNothing() {
    dispatch("planned");

    worker.client.await("planned", PATIENCE);

    assertThat(worker.reports("planned")).anyMatch(it -> it.plan().isPresent());
    assertThat(remote.tags()).isEmpty();
    assertThat(remote.commits()).hasSize(1);
  }

  @Test
  void topicsThatDoNotExistAreTold() {
    Topics absent = Topics.of(Optional.of(TestBroker.unique("absent")), Optional.empty());
    try (OpsClient client = client(absent)) {
      Throwable thrown =
          catchThrowable(
              () -> client.dispatch(remote.plan("lost", TARGET)).toCompletableFuture().join());

      assertThat(thrown).hasCauseInstanceOf(TopicMissing.class);
      assertThat(thrown).hasMessageContaining(absent.status());
    }
  }

  private RecordPosition dispatch(String taskId) {
    return worker.client.dispatch(remote.plan(taskId, TARGET)).toCompletableFuture().join();
  }

  private static boolean ended(StatusReport report) {
    return report.state().isEnd();
  }

  private OpsClient client(Topics topics) {
    return new OpsClient(Map.of("bootstrap.servers", worker.bootstrap), topics);
  }
}
