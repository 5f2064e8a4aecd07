package dev.opsagent.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Hashes that were taken once must stand for ever. */
class CanonicalAuditTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 10, 100, 101, 1_000_000, 1_234_500, Long.MAX_VALUE})
  void everySequenceIsWrittenAsCanonicalJsonHasIt(long sequence) {
    assertSame(record(sequence, "a summary", Optional.of("step"), List.of("npm x@1", "git y")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain", "\"quoted\" \\ /", "ü – 漢字 😀", "tab\t line\n nul\u0000 \u007f\u2028"})
  void everyTextIsEscapedAsCanonicalJsonHasIt(String text) {
    assertSame(record(7, text, Optional.of(text), List.of(text)));
  }

  @Test
  void whatIsAbsentIsLeftOut() {
    assertSame(record(7, "a summary", Optional.empty(), List.of()));
  }

  private static void assertSame(AuditRecord record) {
    ObjectNode tree = (ObjectNode) Json.tree(record);
    tree.remove("hash");
    assertThat(new String(CanonicalAudit.of(record), StandardCharsets.UTF_8))
        .isEqualTo(new String(Json.canonical(tree), StandardCharsets.UTF_8));
  }

  private static AuditRecord record(
      long sequence, String summary, Optional<String> optional, List<String> effects) {
    return new AuditRecord(
        sequence,
        AuditRecord.GENESIS,
        AuditRecord.GENESIS,
        new Target("local", "web"),
        optional,
        "step-done",
        "ops-agent",
        summary,
        optional,
        optional,
        optional.map(_ -> AuditRecord.GENESIS),
        effects,
        Instant.parse("2026-11-22T17:21:23.500Z"));
  }
}
