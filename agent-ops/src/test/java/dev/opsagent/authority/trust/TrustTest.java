package dev.opsagent.authority.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.trust.Admission.Admitted;
import dev.opsagent.authority.trust.Admission.Refused;
import dev.opsagent.authority.trust.TrustReading.Fault;
import dev.opsagent.authority.trust.TrustReading.Outcome;
import dev.opsagent.protocol.EscalationAcknowledge;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Evidence.Subject;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.SecurityClearance;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final Duration BOUND = Duration.ofHours(1);
  private static final Target STAGING = new Target("staging", "web");
  private static final Target PRODUCTION = new Target("production", "web");
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private final SigningKey pm = SigningKey.generate();
  private final SigningKey qa = SigningKey.generate();
  private final SigningKey ada = SigningKey.generate();
  private final SigningKey old = SigningKey.generate();
  private final SigningKey lost = SigningKey.generate();
  private final SigningKey next = SigningKey.generate();
  private final Trust trust =
      sound(
          """
          version: 1
          agents:
            - name: pm
              speaksFor: [grace, "team-*"]
              keys:
                - %s
                - {%s, notAfter: 2026-11-01T00:00:00Z}
                - {%s, revoked: 2026-11-20T00:00:00Z}
                - {%s, notBefore: 2026-12-01T00:00:00Z}
              dispatch:
                - {operations: ["*"], environments: [dev-*, staging]}
                - {operations: [rollback], environments: [production]}
              control:
                - {messages: [cancel, acknowledge], environments: ["*"]}
            - name: ada
              keys: [%s]
              speaksFor: ["*"]
              control: [{messages: [approve], environments: [staging]}]
            - name: qa
              keys: [%s]
              evidence: [qa.result]
          """
              .formatted(
                  "{" + key(pm) + "}",
                  key(old),
                  key(lost),
                  key(next),
                  "{" + key(ada) + "}",
                  "{" + key(qa) + "}"));

  private static String key(SigningKey key) {
    return "id: \"%s\", publicKey: \"%s\"".formatted(key.id(), key.publicKey());
  }

  private static Trust sound(String yaml) {
    return switch (read(yaml)) {
      case Outcome.Sound(Trust trust) -> trust;
      case Outcome.Unsound(List<Fault> faults) -> throw new AssertionError(faults);
    };
  }

  private static Outcome read(String yaml) {
    return TrustReading.read(Json.readYamlTree(yaml.getBytes(StandardCharsets.UTF_8)), BOUND);
  }

  @Test
  void whatAnAgentMaySendIsAdmittedAsItsWord() {
    assertThat(admit(order("push", STAGING, "pm"), pm)).isEqualTo(new Admitted("pm"));
    assertThat(admit(order("push", new Target("dev-3", "web"), "grace"), pm))
        .isEqualTo(new Admitted("pm"));
    assertThat(admit(order("rollback", PRODUCTION, "team-a"), pm)).isEqualTo(new Admitted("pm"));
    assertThat(admit(new TaskCancel("t-1", PRODUCTION, "pm", "wrong"), pm))
        .isEqualTo(new Admitted("pm"));
    assertThat(admit(new TaskApprove("t-1", STAGING, "ada", DIGEST), ada))
        .isEqualTo(new Admitted("ada"));
    assertThat(admit(qaResult("qa"), qa)).isEqualTo(new Admitted("qa"));
  }

  @Test
  void whatNobodySignedIsRefused() {
    ProducerRecord<byte[], byte[]> record = record(order("push", STAGING, "pm"), "/pm", NOW);

    assertThat(code(trust.admit(EventCodec.read(record.value(), record.headers()), NOW)))
        .isEqualTo(ReasonCode.UNSIGNED);
  }

  @Test
  void aKeyThatNobodyKnowsIsRefused() {
    refused(ReasonCode.UNTRUSTED, order("push", STAGING, "pm"), SigningKey.generate());
  }

  @Test
  void aSignatureOfAnotherMessageIsRefused() {
    ProducerRecord<byte[], byte[]> record = record(order("push", STAGING, "pm"), "/pm", NOW);
    EventCodec.sign(record, pm);
    byte[] signature = record.headers().lastHeader("ce_signature").value();
    ProducerRecord<byte[], byte[]> other = record(order("push", STAGING, "grace"), "/pm", NOW);
    other.headers().add("ce_signature", signature);

    assertThat(code(trust.admit(EventCodec.read(other.value(), other.headers()), NOW)))
        .isEqualTo(ReasonCode.BAD_SIGNATURE);
  }

  @Test
  void aKeyCountsFromItsBeginningToItsEndAndNotOnceItIsRevoked() {
    TaskDispatch order = order("push", STAGING, "pm");

    refused(ReasonCode.UNTRUSTED, order, old);
    refused(ReasonCode.UNTRUSTED, order, lost);
    refused(ReasonCode.UNTRUSTED, order, next);
    Instant then = Instant.parse("2026-10-01T00:00:00Z");
    assertThat(admit(order, old, "/pm", then, then)).isEqualTo(new Admitted("pm"));
    assertThat(admit(order, lost, "/pm", then, then)).isEqualTo(new Admitted("pm"));
    Instant later = Instant.parse("2026-12-02T00:00:00Z");
    assertThat(admit(order, next, "/pm", later, later)).isEqualTo(new Admitted("pm"));
  }

  @ParameterizedTest
  @CsvSource({"-PT59M, true", "-PT61M, false", "PT9M, true", "PT11M, false"})
  void aMessageIsSentWhenItIsSignedOrNotMuchLater(Duration signed, boolean good) {
    Admission admission = admit(order("push", STAGING, "pm"), pm, "/pm", NOW.plus(signed), NOW);

    assertThat(admission instanceof Admitted).isEqualTo(good);
    if (!good) {
      assertThat(code(admission)).isEqualTo(ReasonCode.REPLAYED);
    }
  }

  @Test
  void whatAnAgentMayNotSendIsRefused() {
    refused(ReasonCode.NOT_PERMITTED, order("push", PRODUCTION, "pm"), pm);
    refused(ReasonCode.NOT_PERMITTED, order("push", new Target("dev", "web"), "pm"), pm);
    refused(ReasonCode.NOT_PERMITTED, order("push", STAGING, "qa"), qa);
    refused(ReasonCode.NOT_PERMITTED, new TaskApprove("t-1", STAGING, "pm", DIGEST), pm);
    refused(ReasonCode.NOT_PERMITTED, new TaskApprove("t-1", PRODUCTION, "ada", DIGEST), ada);
    refused(ReasonCode.NOT_PERMITTED, new TaskCancel("t-1", STAGING, "ada", "wrong"), ada);
    refused(ReasonCode.NOT_PERMITTED, clearance("qa"), qa);
    refused(ReasonCode.NOT_PERMITTED, qaResult("pm"), pm);
  }

  @Test
  void theRefusalSaysWhoMayNotDoWhat() {
    assertThat(admit(order("push", PRODUCTION, "pm"), pm))
        .isEqualTo(new Refused(ReasonCode.NOT_PERMITTED, "pm may not dispatch push to production"));
  }

  @Test
  void nobodySpeaksInTheNameOfSomebodyElse() {
    refused(ReasonCode.IMPERSONATION, order("push", STAGING, "ada"), pm);
    refused(ReasonCode.IMPERSONATION, new TaskCancel("t-1", STAGING, "qa", "wrong"), pm);
    refused(ReasonCode.IMPERSONATION, new EscalationAcknowledge("e", STAGING, "ada"), pm);
    refused(ReasonCode.IMPERSONATION, qaResult("pm"), qa);
  }

  @Test
  void consentIsGivenInOnesOwnNameOnly() {
    refused(ReasonCode.IMPERSONATION, new TaskApprove("t-1", STAGING, "grace", DIGEST), ada);
  }

  @Test
  void aSourceMayNotBeginWithTheNameOfAnotherAgent() {
    TaskDispatch order = order("push", STAGING, "pm");

    assertThat(code(admit(order, pm, "/qa", NOW, NOW))).isEqualTo(ReasonCode.IMPERSONATION);
    assertThat(code(admit(order, pm, "qa/ci", NOW, NOW))).isEqualTo(ReasonCode.IMPERSONATION);
    assertThat(admit(order, pm, "/qa-of-pm", NOW, NOW)).isEqualTo(new Admitted("pm"));
  }

  @Test
  void everyNameAndKeyStandsOnce() {
    String key = key(pm);
    String yaml =
        """
        version: 1
        agents:
          - {name: pm, keys: [{%s}]}
          - {name: pm, keys: [{%s, notBefore: 2026-02-01T00:00:00Z, notAfter: 2026-01-01T00:00:00Z}]}
        """
            .formatted(key, key);

    assertThat(read(yaml)).isInstanceOf(Outcome.Unsound.class);
    assertThat(((Outcome.Unsound) read(yaml)).faults().stream().map(Fault::field))
        .containsExactly(
            "agents[1].name",
            "agents[1].keys[0].notAfter",
            "agents[1].keys[0].publicKey",
            "agents[1].keys[0].id");
  }

  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "dev-*, dev-3, true",
    "dev-*, dev, false",
    "a*b*c, abbbc, true",
    "a*b*c, abbb, false",
    "a, aa, false",
    "**, '', true",
    "*x, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, false",
  })
  void aStarStandsForAnyCharacters(String glob, String name, boolean matches) {
    assertThat(new NameGlob(glob).matches(name)).isEqualTo(matches);
  }

  private void refused(ReasonCode code, Message message, SigningKey key) {
    assertThat(code(admit(message, key))).isEqualTo(code);
  }

  private static ReasonCode code(Admission admission) {
    assertThat(admission).isInstanceOf(Refused.class);
    return ((Refused) admission).code();
  }

  private Admission admit(Message message, SigningKey key) {
    return admit(message, key, "/someone", NOW, NOW);
  }

  private Admission admit(
      Message message, SigningKey key, String source, Instant signed, Instant appended) {
    ProducerRecord<byte[], byte[]> record = EventCodec.sign(record(message, source, signed), key);
    return trust.admit(EventCodec.read(record.value(), record.headers()), appended);
  }

  private static ProducerRecord<byte[], byte[]> record(
      Message message, String source, Instant time) {
    return EventCodec.write("any", null, "any", message, source, "e-1", time, Optional.empty());
  }

  private static TaskDispatch order(String operation, Target target, String requestedBy) {
    return Json.read(
        """
        {"taskId": "t-1", "operation": "%s", "requestedBy": "%s",
         "target": {"environment": "%s", "service": "%s"}}
        """
            .formatted(operation, requestedBy, target.environment(), target.service())
            .getBytes(StandardCharsets.UTF_8),
        TaskDispatch.class);
  }

  private static final Subject SUBJECT =
      new Subject(
          "https://git.example/web",
          "a".repeat(40),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static QaResult qaResult(String issuer) {
    return new QaResult(
        SUBJECT, issuer, 1, Result.PASSED, NOW, NOW.plusSeconds(60), Optional.empty());
  }

  private static SecurityClearance clearance(String issuer) {
    return new SecurityClearance(
        SUBJECT, issuer, 1, Result.PASSED, NOW, NOW.plusSeconds(60), Optional.empty());
  }
}
