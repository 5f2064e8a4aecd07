package dev.opsagent.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Severity;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.Topics;
import dev.opsagent.redaction.Redactor;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

final class JournalTopicsTest {
  private static final String SECRET = "the-token-of-the-registry";

  private final JournalTopics topics =
      new JournalTopics(Topics.DEFAULT, 1, "worker-1", Redactor.of(Map.of("registry", SECRET)));

  @Test
  void whatHasComeThisFarIsHiddenBeforeItIsWritten() {
    Escalation escalation =
        new Escalation(
            "e-1",
            Trigger.OUTAGE,
            Severity.CRITICAL,
            Status.OPEN,
            new Target("local", "web"),
            Optional.empty(),
            "down",
            List.of(SECRET),
            List.of(),
            "",
            1,
            Instant.EPOCH);
    assertThat(value(topics.record(new JournalRecord.Escalated(escalation))))
        .contains("\"evidence\":[\"[secret]\"]");
    JournalRecord ledger =
        new JournalRecord.Ledger("t-1", Optional.of(Map.of("cause", "it said " + SECRET)));
    assertThat(value(topics.record(ledger)))
        .as("the ledger, after another record of the transaction had it")
        .isEqualTo("{\"cause\":\"it said [secret]\"}");
  }

  @Test
  void aTombstoneStaysOne() {
    assertThat(topics.record(new JournalRecord.Ledger("t-1", Optional.empty())).value()).isNull();
  }

  @Test
  void bytesOfOthersAreSentOnAsTheyAreAndOurWordsAboutThemWithoutASecret() {
    byte[] bytes = ("{\"odd\": \"" + SECRET).getBytes(UTF_8);
    Map<String, byte[]> headers =
        Map.of("theirs", SECRET.getBytes(UTF_8), "ops-field", ("a." + SECRET).getBytes(UTF_8));
    ProducerRecord<byte[], byte[]> letter =
        topics.record(new JournalRecord.DeadLetter(Optional.empty(), Optional.of(bytes), headers));
    assertThat(letter.value()).isEqualTo(bytes);
    assertThat(letter.headers().lastHeader("theirs").value()).isEqualTo(SECRET.getBytes(UTF_8));
    assertThat(letter.headers().lastHeader("ops-field").value())
        .isEqualTo("a.[secret]".getBytes(UTF_8));
    JournalRecord forwarded = new JournalRecord.Forwarded(Input.TASKS, 0, "k", bytes, Map.of());
    assertThat(topics.record(forwarded).value()).isEqualTo(bytes);
  }

  private static String value(ProducerRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }
}
