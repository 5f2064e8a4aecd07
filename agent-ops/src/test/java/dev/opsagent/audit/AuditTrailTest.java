package dev.opsagent.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.AuditDraft;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuditTrailTest {
  private final AuditChain chain = new AuditChain();
  private final AuditTrail trail = new AuditTrail();
  private int decoded;
  private long offset;

  @Test
  void whatWasWrittenIsProvedWithoutBeingDecoded() {
    for (int i = 0; i < 250; i++) {
      add(json(seal("done \"" + i + "\" – \\ ü\n", i % 2 == 0 ? List.of() : List.of("a", "b"))));
    }

    assertThat(trail.breaks()).isEmpty();
    assertThat(trail.records()).isEqualTo(250);
    assertThat(decoded).isOne();
  }

  @Test
  void recordsThatNameTheMapOfOwnersFollowThoseOfEarlierReleases() {
    add(json(seal("of an earlier release", List.of())));
    AuditChain later = new AuditChain(Optional.of(Digests.sha256("map")));
    AuditRecord last = seal("the last one", List.of());
    add(json(last));
    later.resume(last.sequence(), last.hash());
    String named = json(seal(later, "of this release", List.of()));
    add(named);

    assertThat(named).contains("\"policy\":\"" + Digests.sha256("map") + "\"");
    assertThat(trail.breaks()).isEmpty();
    assertThat(decoded).isOne();
    add(
        json(seal(later, "another", List.of()))
            .replace(Digests.sha256("map"), Digests.sha256("x")));
    assertThat(trail.breaks()).containsExactly("ops.audit/3@3: record 4 was altered");
  }

  @Test
  void anotherFormOfTheSameRecordIsProvedAfterDecoding() {
    add(json(seal("first", List.of())));
    add(Json.pretty(seal("second", List.of("npm x@1"))));
    add(json(seal("third", List.of())));

    assertThat(trail.breaks()).isEmpty();
    assertThat(decoded).isEqualTo(2);
  }

  @Test
  void anAlteredFieldIsNamed() {
    add(json(seal("first", List.of())));
    add(json(seal("second", List.of())).replace("second", "another"));
    add(json(seal("third", List.of())));

    assertThat(trail.breaks()).containsExactly("ops.audit/3@1: record 2 was altered");
  }

  @Test
  void anInsertedRecordThatFitsItsOwnHashBreaksTheChain() {
    add(json(seal("first", List.of())));
    AuditChain forger = new AuditChain();
    var _ = seal(forger, "forged", List.of());
    add(json(seal(forger, "forged", List.of())));

    assertThat(trail.breaks())
        .containsExactly("ops.audit/3@1: record 2 does not follow the record before it");
  }

  private void add(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    RecordPosition place = new RecordPosition("ops.audit", 3, offset++);
    trail.add(
        new AuditEntry(
            place,
            bytes,
            () -> {
              decoded++;
              return Optional.of(Json.read(bytes, AuditRecord.class));
            }));
  }

  private static String json(AuditRecord record) {
    return new String(Json.write(record), StandardCharsets.UTF_8);
  }

  private AuditRecord seal(String summary, List<String> effects) {
    return seal(chain, summary, effects);
  }

  private static AuditRecord seal(AuditChain chain, String summary, List<String> effects) {
    return chain.seal(
        new AuditDraft(
            new Target("local", "shop"),
            effects.isEmpty() ? Optional.empty() : Optional.of("t-1"),
            "step-done",
            "ops-agent",
            summary,
            effects.isEmpty() ? Optional.of("publish") : Optional.empty(),
            Optional.empty(),
            effects,
            Instant.parse("2026-01-02T03:04:05Z")));
  }
}
