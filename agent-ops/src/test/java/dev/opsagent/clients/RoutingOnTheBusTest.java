package dev.opsagent.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a worker takes, splits and sends back, and what it never repeats of what it was told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutingOnTheBusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Target TARGET = new Target("local", "routed");
  private static final String CANARY = "canary4711";

  @TempDir static Path folder;
  private LocalWorker worker;
  private PackageRemote remote;

  @BeforeAll
  void start() throws Exception {
    worker = LocalWorker.start(folder.resolve("data"));
    remote = PackageRemote.create(folder, "routed");
  }

  @AfterAll
  void end() {
    worker.close();
  }

  @Test
  void anotherAgentsWorkComesBackWithItsOwnerAndNothingRuns() {
    StatusReport end = sent("foreign", "push", "write docs for the deploy script");

    assertThat(end.state()).isEqualTo(TaskState.REJECTED);
    Reason reason = end.reason().orElseThrow();
    assertThat(reason.code()).isEqualTo(ReasonCode.NOT_MINE);
    assertThat(reason.owner()).contains("documentation");
    assertThat(reason.detail()).contains("dispatch to Documentation: write + docs");
    assertThat(worker.reports("foreign")).hasSize(1);
  }

  @Test
  void anOperationOfAnotherAgentComesBackWithItsOwner() {
    Reason reason = sent("named", "docs.write", "").reason().orElseThrow();

    assertThat(reason.code()).isEqualTo(ReasonCode.NOT_MINE);
    assertThat(reason.owner()).contains("documentation");
  }

  @Test
  void anOperationThatIsNotBuiltYetIsUnsupportedAndAnUnknownOneUnknown() {
    assertThat(sent("unbuilt", "infrastructure.plan", "").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.UNSUPPORTED_OPERATION);
    assertThat(sent("unheard", "explode", "").reason().orElseThrow().code())
        .isEqualTo(ReasonCode.UNKNOWN_OPERATION);
  }

  @Test
  void ofAMixedTaskTheOwnPartRunsAndTheRestIsNamed() {
    String instruction = "Release the next patch and write the release notes about " + CANARY;
    StatusReport end = sent("mixed", "push", instruction);

    assertThat(end.state()).isEqualTo(TaskState.SUCCEEDED);
    StatusReport accepted = worker.reports("mixed").getFirst();
    assertThat(accepted.state()).isEqualTo(TaskState.ACCEPTED);
    Reason remark = accepted.reason().orElseThrow();
    assertThat(remark.code()).isEqualTo(ReasonCode.NOT_MINE);
    assertThat(remark.owner()).contains("documentation");
    assertThat(remark.detail()).contains("only push is done", "dispatch to Documentation");
  }

  @Test
  void whatTheInstructionForbidsIsNotDone() {
    StatusReport end = sent("forbidden", "push", "Please do not release anything today.");

    assertThat(end.state()).isEqualTo(TaskState.REJECTED);
    assertThat(end.reason().orElseThrow().detail()).contains("push must not be done");
  }

  @Test
  void freeTextIsOnNoTopicOfOursButItsDigestIs() {
    String instruction =
        "Release the next patch for " + CANARY + " and fix the bug in " + CANARY + ".java";
    assertThat(sent("secretive", "push", instruction).state()).isEqualTo(TaskState.SUCCEEDED);
    sent("secretive-too", "push", "write the docs about " + CANARY + " in " + CANARY + ".md");

    for (String topic : ours()) {
      assertThat(worker.records(topic))
          .as(topic)
          .allSatisfy(record -> assertThat(text(record)).doesNotContainIgnoringCase(CANARY));
    }
    assertThat(worker.messages(worker.topics.audit(), AuditRecord.class))
        .anyMatch(it -> it.summary().contains("instruction " + Digests.sha256(instruction)));
  }

  @Test
  void theCardIsOnTheTopicOfCardsUnderTheAgentsName() {
    List<ConsumerRecord<byte[], byte[]>> records =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> worker.records(worker.topics.cards()), it -> !it.isEmpty());

    assertThat(new String(records.getLast().key(), UTF_8)).isEqualTo("ops");
    AgentCard card = worker.messages(worker.topics.cards(), AgentCard.class).getLast();
    assertThat(card.operations().stream().map(AgentCard.Operation::name))
        .containsExactlyInAnyOrder(
            "push",
            "environment.configure",
            "image.build",
            "infrastructure.drift",
            "deploy",
            "rollback",
            "restart",
            "scale",
            "stop");
    assertThat(card.notFor().stream().map(AgentCard.NotFor::owner))
        .contains("engineer", "documentation", "qa", "security", "research", "architect");
  }

  private List<String> ours() {
    return List.of(
        worker.topics.status(),
        worker.topics.audit(),
        worker.topics.ledger(),
        worker.topics.escalations(),
        worker.topics.deployments(),
        worker.topics.deadLetters());
  }

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.value()).map(it -> new String(it, UTF_8)).orElse("");
  }

  private StatusReport sent(String taskId, String operation, String instruction) {
    TaskDispatch plan = remote.plan(taskId, TARGET);
    TaskDispatch task =
        new TaskDispatch(
            taskId,
            operation,
            TARGET,
            plan.repository(),
            plan.parameters(),
            plan.requirements(),
            List.of(),
            "pm",
            true,
            Optional.of(instruction).filter(it -> !it.isEmpty()));
    worker.client.dispatch(task).toCompletableFuture().join();
    return worker.client.await(taskId, PATIENCE);
  }
}
