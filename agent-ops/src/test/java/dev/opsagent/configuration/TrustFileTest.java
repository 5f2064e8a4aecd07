package dev.opsagent.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.trust.Admission.Admitted;
import dev.opsagent.authority.trust.Admission.Refused;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskCancel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustFileTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final Target TARGET = new Target("staging", "web");

  @TempDir Path folder;
  private final SigningKey first = SigningKey.generate();
  private final SigningKey second = SigningKey.generate();
  private Instant modified = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void keysComeAndGoWithoutARestart() throws IOException {
    write(entry(first, ""));
    Reloaded<Trust> trust = opened();
    assertThat(trust.get().admit(signed(first), NOW)).isEqualTo(new Admitted("pm"));
    assertThat(trust.get().admit(signed(second), NOW)).isInstanceOf(Refused.class);

    write(entry(first, "") + "," + entry(second, ""));
    assertThat(trust.get().admit(signed(first), NOW)).isEqualTo(new Admitted("pm"));
    assertThat(trust.get().admit(signed(second), NOW)).isEqualTo(new Admitted("pm"));

    write(entry(first, ", revoked: 2026-11-28T11:00:00Z") + "," + entry(second, ""));
    assertThat(trust.get().admit(signed(first), NOW))
        .isEqualTo(new Refused(ReasonCode.UNTRUSTED, "the key " + first.id() + " was revoked"));
    assertThat(trust.get().admit(signed(second), NOW)).isEqualTo(new Admitted("pm"));
  }

  @Test
  void aFileThatBecameUnsoundChangesNothingUntilItIsCorrected() throws IOException {
    write(entry(first, ""));
    Reloaded<Trust> trust = opened();

    write(entry(first, "") + "," + entry(first, ""));
    assertThat(trust.get().admit(signed(first), NOW)).isEqualTo(new Admitted("pm"));
    assertThat(trust.fault().orElseThrow())
        .startsWith("the keys before the last change hold: ")
        .contains("trust.yaml:3:")
        .contains("agents[0].keys[1].publicKey stands above");

    write(entry(second, ""));
    assertThat(trust.fault()).isEmpty();
    assertThat(trust.get().admit(signed(first), NOW)).isInstanceOf(Refused.class);
  }

  @Test
  void aFileThatIsUnsoundAtFirstIsRefused() throws IOException {
    write("{id: k, publicKey: short}");

    Answer<Reloaded<Trust>> opened = open();

    assertThat(opened).isInstanceOf(Answer.No.class);
    assertThat(((Answer.No<Reloaded<Trust>>) opened).failure().cause())
        .contains("trust.yaml:3:")
        .contains("agents[0].keys[0].publicKey");
  }

  private static String entry(SigningKey key, String more) {
    return "{id: \"%s\", publicKey: \"%s\"%s}".formatted(key.id(), key.publicKey(), more);
  }

  private Incoming signed(SigningKey key) {
    TaskCancel cancel = new TaskCancel("t-1", TARGET, "pm", "wrong");
    ProducerRecord<byte[], byte[]> record =
        EventCodec.write("any", null, TARGET.key(), cancel, "/pm", "e-1", NOW, Optional.empty());
    EventCodec.sign(record, key);
    return EventCodec.read(record.value(), record.headers());
  }

  private Reloaded<Trust> opened() {
    Answer<Reloaded<Trust>> opened = open();
    assertThat(opened).isInstanceOf(Answer.Ok.class);
    return ((Answer.Ok<Reloaded<Trust>>) opened).value();
  }

  private Answer<Reloaded<Trust>> open() {
    return TrustFile.open(folder.resolve("trust.yaml"), Duration.ofHours(1));
  }

  /** Writes the file as if some time had passed: two writes may fall into one tick of its clock. */
  private void write(String keys) throws IOException {
    String yaml =
        """
        version: 1
        agents:
          - {name: pm, keys: [%s], control: [{messages: [cancel], environments: ["*"]}]}
        """
            .formatted(keys);
    Path file = Files.writeString(folder.resolve("trust.yaml"), yaml);
    modified = modified.plus(Duration.ofSeconds(1));
    Files.setLastModifiedTime(file, FileTime.from(modified));
  }
}
