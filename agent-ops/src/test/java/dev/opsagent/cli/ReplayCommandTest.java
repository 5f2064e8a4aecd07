package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.execution.AuditDraft;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplayCommandTest {
  private final TestingBus bus = new TestingBus();
  private final TestingCall call = new TestingCall().with(bus::open);
  private final AuditChain chain = new AuditChain();

  @Test
  void replayTellsATasksRecordsWithTheirAddressesAndProvesTheChain() {
    bus.write(seal("t-1", "accepted", "push of local/shop was accepted"));
    bus.write(seal("t-2", "accepted", "another one"));
    bus.write(seal("t-1", "step-done", "push main and v1.0.1 to origin"));

    assertThat(call.execute("replay", "--task", "t-1")).isZero();
    assertThat(call.out())
        .contains("accepted", "push main and v1.0.1 to origin", "ops.audit/0@2  by pm")
        .doesNotContain("another one");
    assertThat(call.err()).contains("hash chain intact: 3 records in 1 partition");
  }

  @Test
  void replayForProgramsIsOneListOfRecords() {
    bus.write(seal("t-1", "accepted", "push of local/shop was accepted"));

    assertThat(call.execute("replay", "--target", "local/shop", "--json")).isZero();
    assertThat(Json.readTree(call.out().getBytes(StandardCharsets.UTF_8))).hasSize(1);
  }

  @Test
  void replayOfAnEmptyAuditIsAnEmptyList() {
    assertThat(call.execute("replay", "-o", "json")).isZero();
    assertThat(call.out().strip()).isEqualTo("[]");
  }

  @Test
  void removedRecordBreaksTheChainAndIsNamed() {
    bus.write(seal("t-1", "accepted", "first"));
    AuditRecord removed = seal("t-1", "planned", "second");
    bus.write(seal("t-1", "ended", "third"));

    assertThat(call.execute("replay")).isEqualTo(1);
    assertThat(call.err())
        .contains("verify the audit's hash chain", "ops.audit/0@1")
        .contains("record " + removed.sequence() + " expected");
  }

  @Test
  void auditWithoutItsBeginningIsNotWhole() {
    AuditRecord removed = seal("t-1", "accepted", "first");
    bus.write(seal("t-1", "ended", "second"));

    assertThat(removed.sequence()).isEqualTo(1);
    assertThat(call.execute("replay")).isEqualTo(1);
    assertThat(call.err()).contains("records 1 to 1 are missing before it");
  }

  private AuditRecord seal(String taskId, String kind, String summary) {
    return chain.seal(
        new AuditDraft(
            new Target("local", "shop"),
            Optional.of(taskId),
            kind,
            "pm",
            summary,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Instant.parse("2026-01-02T03:04:05Z")));
  }
}
