package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.OpsAgent;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.console.Metrics;
import dev.opsagent.protocol.Deliverable.RequirementResult;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.TestBroker;
import dev.opsagent.testing.TestKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that must be signed and consented to, on workers that ask for signatures and do not. */
final class SignedTaskTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String ORDER =
      """
      taskId: signed
      operation: push
      target: {environment: local, service: shop}
      repository: {url: https://git.example.org/shop.git, commit: %s}
      parameters: {bump: patch}
      requirements: {timeout: PT10M, compliance: {signed: true, approvals: 1}}
      requestedBy: pm
      """
          .formatted("c".repeat(40));

  @TempDir private Path folder;
  private final GatedWorld world = new GatedWorld();

  @Test
  void theReportNamesTheKeyThatHasSignedTheOrderAndWhoHasConsented() throws Exception {
    Configuration configuration = configuration("");
    try (OpsAgent agent = start(configuration);
        OpsClient pm = client(configuration, "pm");
        OpsClient ada = client(configuration, "ada")) {
      pm.dispatch(order()).toCompletableFuture().join();
      StatusReport waiting = pm.awaitEndOrPerson("signed", PATIENCE);
      assertThat(waiting.state()).as("%s", waiting).isEqualTo(TaskState.AWAITING_APPROVAL);
      ada.control(
              new TaskApprove(
                  "signed", waiting.target(), "ada", waiting.gates().orElseThrow().plan()))
          .toCompletableFuture()
          .join();
      world.goOn("signed");
      world.finish("signed");

      StatusReport end = pm.await("signed", PATIENCE);
      assertThat(end.state()).as("%s", end).isEqualTo(TaskState.SUCCEEDED);
      assertThat(results(end))
          .allSatisfy(it -> assertThat(it.satisfied()).isTrue())
          .extracting(RequirementResult::requirement)
          .containsExactlyInAnyOrder(
              Requirement.SIGNED, Requirement.APPROVALS, Requirement.TIMEOUT);
      assertThat(results(end))
          .anySatisfy(it -> assertThat(it.measured()).contains(TestKeys.of("pm").id()))
          .anySatisfy(it -> assertThat(it.measured()).startsWith("1 of 1: ada at "));
      assertThat(agent.ready()).isTrue();
    }
  }

  @Test
  void whereNobodyHasToSignItIsRefusedByTheNameOfTheRequirement() throws Exception {
    Configuration configuration = configuration("signatures: off\n");
    try (OpsAgent agent = start(configuration);
        OpsClient pm = client(configuration, "pm")) {
      pm.dispatch(order()).toCompletableFuture().join();

      StatusReport end = pm.await("signed", PATIENCE);
      assertThat(end.state()).isEqualTo(TaskState.REJECTED);
      assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT);
      assertThat(end.reason().orElseThrow().detail())
          .contains("requirements.compliance.signed here");
      assertThat(agent.ready()).isTrue();
    }
  }

  private static TaskDispatch order() {
    return Json.readYaml(ORDER.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private static List<RequirementResult> results(StatusReport end) {
    return end.deliverables().stream()
        .filter(RequirementResult.class::isInstance)
        .map(RequirementResult.class::cast)
        .toList();
  }

  private static OpsClient client(Configuration configuration, String name) {
    return TestKeys.client(TestBroker.bootstrap(), configuration.topics().names(), name);
  }

  private OpsAgent start(Configuration configuration) throws Exception {
    OpsAgent agent =
        OpsAgent.rehearse(
            configuration, new Metrics(), Map.of("push", new GatedOperation("push", world)));
    Awaitility.await().atMost(PATIENCE).until(agent::ready);
    return agent;
  }

  private Configuration configuration(String more) throws Exception {
    Files.writeString(
        folder.resolve("ops-agent.yaml"),
        "environments: [local]\n" + more + TestKeys.configuration(folder));
    return TestBroker.configuration("signed", folder, 1);
  }
}
