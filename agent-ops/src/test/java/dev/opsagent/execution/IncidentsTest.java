package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.JournalRecord.Escalated;
import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IncidentsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  private final List<JournalRecord> written = new ArrayList<>();
  private Incidents incidents = new Incidents(3);

  @Test
  void theFirstIsToldAtOnceAndTheRestAfterAWhile() {
    note(ReasonCode.UNSIGNED, "/a", 0);
    note(ReasonCode.UNSIGNED, "/a", 1);
    note(ReasonCode.UNSIGNED, "/a", 2);
    assertThat(told()).extracting(Escalation::occurrences).containsExactly(1L);
    assertThat(incidents.isBehind()).isTrue();

    written.addAll(incidents.due(NOW.plusSeconds(59)));
    assertThat(told()).hasSize(1);
    written.addAll(incidents.due(NOW.plus(Incidents.PAUSE)));

    assertThat(told()).extracting(Escalation::occurrences).containsExactly(1L, 3L);
    assertThat(told())
        .extracting(Escalation::escalationId)
        .containsOnly(told().getFirst().escalationId());
    assertThat(told().getLast().evidence()).contains("first: t/0@0", "last: t/0@2");
    assertThat(incidents.isBehind()).isFalse();
  }

  @Test
  void anotherReasonOrSourceIsAnotherEscalation() {
    note(ReasonCode.UNSIGNED, "/a", 0);
    note(ReasonCode.UNSIGNED, "/b", 0);
    note(ReasonCode.BAD_SIGNATURE, "/a", 0);

    assertThat(told()).extracting(Escalation::escalationId).doesNotHaveDuplicates().hasSize(3);
  }

  @Test
  void theCountGoesOnAfterARestart() {
    note(ReasonCode.UNSIGNED, "/a", 0);
    note(ReasonCode.UNSIGNED, "/a", 1);
    restart();
    assertThat(incidents.isBehind()).isTrue();

    note(ReasonCode.UNSIGNED, "/a", 90);

    assertThat(told()).extracting(Escalation::occurrences).containsExactly(1L, 3L);
  }

  @Test
  void whatEveryWorkerReadsIsSpokenOfOnce() {
    Barred barred = barred(ReasonCode.UNSIGNED, "/a");
    written.addAll(incidents.note(barred, "agents.context/3", 7, NOW));
    assertThat(incidents.note(barred, "agents.context/3", 7, NOW)).isEmpty();
    restart();

    assertThat(incidents.note(barred, "agents.context/3", 6, NOW)).isEmpty();
    assertThat(incidents.note(barred, "agents.context/3", 8, NOW)).isNotEmpty();
    assertThat(told()).hasSize(1);
  }

  @Test
  void whoNamesAnotherSourceEachTimeIsToldOfOnceForAll() {
    for (int source = 0; source < 1005; source++) {
      note(ReasonCode.UNSIGNED, "/source-" + source, 0);
    }

    LedgerFold fold = folded();
    assertThat(fold.incidents()).hasSize(21);
    assertThat(told()).hasSize(21);
    assertThat(incidents.differsFrom(fold)).isEmpty();
  }

  @Test
  void aLongSourceIsCut() {
    note(ReasonCode.UNSIGNED, "/" + "a".repeat(1000), 0);

    assertThat(told().getFirst().summary()).hasSizeLessThan(400);
  }

  private void note(ReasonCode code, String source, int second) {
    written.addAll(
        incidents.note(
            barred(code, source), "t/0@" + second, NOW.plus(Duration.ofSeconds(second))));
  }

  private static Barred barred(ReasonCode code, String source) {
    return new Barred(
        code,
        "why",
        source,
        new Target("local", "web"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private List<Escalation> told() {
    return written.stream()
        .filter(Escalated.class::isInstance)
        .map(it -> ((Escalated) it).escalation())
        .toList();
  }

  private void restart() {
    LedgerFold fold = folded();
    assertThat(incidents.differsFrom(fold)).isEmpty();
    incidents = new Incidents(3);
    incidents.resume(fold);
  }

  private LedgerFold folded() {
    LedgerFold fold = new LedgerFold();
    for (JournalRecord record : written) {
      if (record instanceof Ledger ledger) {
        fold.add(ledger.key(), ledger.bytes());
      }
    }
    return fold;
  }
}
