package dev.opsagent.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.AuditDraft;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class AuditChainTest {
  private final AuditChain chain = new AuditChain();

  @Test
  void the_hash_is_of_the_canonical_form_of_everything_but_the_hash() {
    for (AuditRecord record : records()) {
      ObjectNode fields = (ObjectNode) Json.tree(record);
      fields.remove("hash");
      assertThat(record.hash()).isEqualTo(Digests.sha256(Json.canonical(fields)));
    }
  }

  @Test
  void what_was_sealed_verifies() {
    assertThat(faults(records())).isEmpty();
  }

  @Test
  void a_deleted_record_is_missed() {
    List<AuditRecord> records = records();
    records.remove(1);
    assertThat(faults(records)).first().asString().contains("record 2 expected, 3 found");
  }

  @Test
  void an_altered_record_is_found() {
    List<AuditRecord> records = records();
    AuditRecord before = records.get(1);
    records.set(
        1,
        new AuditRecord(
            before.sequence(),
            before.previous(),
            before.hash(),
            before.target(),
            before.taskId(),
            before.kind(),
            "somebody else",
            before.summary(),
            before.step(),
            before.planDigest(),
            before.policy(),
            before.effects(),
            before.at()));
    assertThat(faults(records)).containsExactly("record 2 was altered");
  }

  @Test
  void records_in_another_order_are_found() {
    List<AuditRecord> records = records();
    records.add(1, records.removeLast());
    assertThat(faults(records)).isNotEmpty();
  }

  private static List<String> faults(List<AuditRecord> records) {
    AuditChain reader = new AuditChain();
    return records.stream().flatMap(record -> reader.verify(record).stream()).toList();
  }

  private List<AuditRecord> records() {
    List<AuditRecord> records = new ArrayList<>();
    records.add(chain.seal(draft(Optional.of("task-1"), List.of())));
    records.add(chain.seal(draft(Optional.empty(), List.of("git-refs main", "deployment ü"))));
    records.add(chain.seal(draft(Optional.of("task-2"), List.of("browser \"x\""))));
    return records;
  }

  private static AuditDraft draft(Optional<String> taskId, List<String> effects) {
    return new AuditDraft(
        new Target("local", "shop"),
        taskId,
        "step-done",
        "ops-agent",
        "pushed main \u2192 origin",
        taskId.map(_ -> "push-refs"),
        taskId.map(_ -> Digests.sha256("plan")),
        effects,
        Instant.parse("2026-01-01T00:00:00.120Z"));
  }
}
