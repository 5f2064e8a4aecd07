package dev.opsagent.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Evidence.Subject;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.SecurityClearance;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.RawProducer;
import dev.opsagent.testing.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Messages of strangers, thieves and liars, and of honest agents whose messages had to wait. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackedBusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration BOUND = Duration.ofHours(1);
  private static final Target TARGET = new Target("local", "attacked");
  private static final Target OTHER = new Target("staging", "attacked");
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  @TempDir static Path folder;
  private final SigningKey pm = SigningKey.generate();
  private final SigningKey expired = SigningKey.generate();
  private final SigningKey revoked = SigningKey.generate();
  private final SigningKey next = SigningKey.generate();
  private final SigningKey qa = SigningKey.generate();
  private Path trust;
  private PackageRemote remote;
  private LocalWorker worker;
  private RawProducer producer;

  @BeforeAll
  void start() throws Exception {
    trust = folder.resolve("trust.yaml");
    trusting("");
    remote = PackageRemote.create(folder, "attacked");
    worker = start(TestBroker.unique("attacked"), folder.resolve("data"), BOUND);
    producer = new RawProducer(worker.bootstrap);
  }

  private LocalWorker start(String prefix, Path data, Duration bound) throws Exception {
    return LocalWorker.start(
        TestBroker.bootstrap(),
        prefix,
        data,
        Map.of(
            "OPS_AGENT_GROUP",
            prefix,
            "OPS_AGENT_TRUST",
            trust.toString(),
            "OPS_AGENT_REPLAY_BOUND",
            bound.toString()));
  }

  @AfterAll
  void end() {
    producer.close();
    worker.close();
  }

  @Test
  void fault_31_whatNobodyHasSignedIsRefused() throws Exception {
    refused("unsigned", ReasonCode.UNSIGNED, record(order("unsigned"), "/pm", Instant.now()));
  }

  @Test
  void fault_31_noByteAndNoAttributeOfASignedMessageCanBeChanged() throws Exception {
    ProducerRecord<byte[], byte[]> signed = signed(order("byte"), pm);
    String json = new String(signed.value(), UTF_8).replace("\"dryRun\":true", "\"dryRun\":false");
    refused("byte", ReasonCode.BAD_SIGNATURE, with(signed, json.getBytes(UTF_8)));

    ProducerRecord<byte[], byte[]> attribute = signed(order("attribute"), pm);
    attribute.headers().remove("ce_time").add("ce_time", "2026-11-28T00:00:00Z".getBytes(UTF_8));
    refused("attribute", ReasonCode.BAD_SIGNATURE, attribute);

    ProducerRecord<byte[], byte[]> source = signed(order("source"), pm);
    source.headers().remove("ce_source").add("ce_source", "/somebody".getBytes(UTF_8));
    refused("source", ReasonCode.BAD_SIGNATURE, source);
  }

  @Test
  void fault_31_keysThatDoNotCountAreRefused() throws Exception {
    refused("stranger", ReasonCode.UNTRUSTED, signed(order("stranger"), SigningKey.generate()));
    refused("expired", ReasonCode.UNTRUSTED, signed(order("expired"), expired));
    refused("revoked", ReasonCode.UNTRUSTED, signed(order("revoked"), revoked));
  }

  @Test
  void fault_31_nobodySendsWhatIsNotTheirs() throws Exception {
    refused("agent", ReasonCode.NOT_PERMITTED, signed(order("agent"), qa));
    refused("environment", ReasonCode.NOT_PERMITTED, signed(remote.plan("environment", OTHER), pm));
    refused("operation", ReasonCode.NOT_PERMITTED, signed(stop("operation"), pm));
    refused("requester", ReasonCode.IMPERSONATION, signed(orderOf("requester", "ada"), pm));
  }

  @Test
  void fault_31_whatIsSentAgainAfterTheBoundIsRefused() throws Exception {
    Instant long_ago = Instant.now().minus(BOUND).minusSeconds(60);
    ProducerRecord<byte[], byte[]> old = EventCodec.sign(record(order("old"), "/pm", long_ago), pm);

    refused("old", ReasonCode.REPLAYED, old);
  }

  @Test
  void fault_31_anOrderThatIsSentAgainIsAnsweredFromTheRecord() throws Exception {
    ProducerRecord<byte[], byte[]> order = signed(order("again"), pm);
    send(order);
    assertThat(worker.client.await("again", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    int reports = worker.reports("again").size();

    send(order);

    Awaitility.await().atMost(PATIENCE).until(() -> worker.reports("again").size() > reports);
    assertThat(worker.reports("again").getLast())
        .isEqualTo(worker.reports("again").get(reports - 1));
  }

  @Test
  void fault_31_aWordThatIsSentAgainIsRefusedAlsoByTheNextWorker() throws Exception {
    String prefix = TestBroker.unique("replayed");
    QuarantineLift lift = new QuarantineLift(TARGET, "pm", DIGEST, "was the network");
    ProducerRecord<byte[], byte[]> word = signed(lift, pm);
    try (LocalWorker first = start(prefix, folder.resolve("first"), BOUND)) {
      send(first.topics.control(), word);
      Awaitility.await().atMost(PATIENCE).until(() -> audit(first, "ignored").size() == 1);
      send(first.topics.control(), word);
      Awaitility.await().atMost(PATIENCE).until(() -> audit(first, "barred").size() == 1);
    }
    try (LocalWorker second = start(prefix, folder.resolve("second"), BOUND)) {
      send(second.topics.control(), word);
      Awaitility.await().atMost(PATIENCE).until(() -> audit(second, "barred").size() == 2);

      assertThat(audit(second, "barred"))
          .allSatisfy(it -> assertThat(it.summary()).startsWith("REPLAYED: "));
      assertThat(audit(second, "ignored")).hasSize(1);
    }
  }

  @Test
  void fault_31_nobodyIsToldThatAKnownTaskWasRejected() throws Exception {
    send(signed(order("known"), pm));
    assertThat(worker.client.await("known", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    int reports = worker.reports("known").size();

    send(record(order("known"), "/pm", Instant.now()));

    Awaitility.await().atMost(PATIENCE).until(() -> barred("known").isPresent());
    assertThat(worker.reports("known")).hasSize(reports);
  }

  @Test
  void fault_31_evidenceThatIsForgedDoesNotCountAndOneSpeaksOfIt() throws Exception {
    send(worker.topics.context(), signed(clearance("qa"), "/forger/kind", qa));
    send(worker.topics.context(), signed(qaResult("pm"), "/forger/issuer", qa));
    send(worker.topics.context(), record(qaResult("qa"), "/forger/unsigned", Instant.now()));

    assertThat(awaitIncident("/forger/kind", 1).summary()).startsWith("NOT_PERMITTED");
    assertThat(awaitIncident("/forger/issuer", 1).summary()).startsWith("IMPERSONATION");
    Escalation unsigned = awaitIncident("/forger/unsigned", 1);
    assertThat(unsigned.summary()).startsWith("UNSIGNED");
    assertThat(unsigned.evidence().get(1)).startsWith("first: " + worker.topics.context() + "/");
  }

  @Test
  void fault_31_aStormIsOneEscalationWithItsPlaceAndNothingOfItsContent() throws Exception {
    TaskDispatch secret = orderOf("storm", "hunter2");
    RecordMetadata first = send(record(secret, "/storm", Instant.now()));
    for (int count = 0; count < 50; count++) {
      send(record(secret, "/storm", Instant.now()));
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() ->
            audit(worker, "barred").stream()
                    .filter(it -> it.summary().endsWith("from /storm"))
                    .count()
                == 51);

    List<Escalation> told = incidents("/storm");
    assertThat(told).as("one at once, the rest after a while").hasSize(1);
    assertThat(told.getFirst().trigger()).isEqualTo(Trigger.SECURITY_INCIDENT);
    assertThat(told.getFirst().evidence())
        .contains("first: %s/%d@%d".formatted(first.topic(), first.partition(), first.offset()));
    assertThat(told.toString()).doesNotContain("hunter2");
    assertThat(audit(worker, "barred").toString()).doesNotContain("hunter2");
  }

  @Test
  void anHonestMessageThatHadToWaitForLongerThanTheBoundIsTaken() throws Exception {
    String prefix = TestBroker.unique("waited");
    Duration bound = Duration.ofSeconds(5);
    try (LocalWorker first = start(prefix, folder.resolve("waiting"), bound)) {
      assertThat(first.readiness()).contains("\"ready\":true");
    }
    RecordMetadata where = send(prefix + ".pm.tasks", signed(order("waited"), pm));
    Instant over = Instant.ofEpochMilli(where.timestamp()).plus(bound);
    Awaitility.await().atMost(PATIENCE).until(() -> Instant.now().isAfter(over));

    try (LocalWorker second = start(prefix, folder.resolve("waiting"), bound)) {
      assertThat(second.client.await("waited", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
    }
  }

  @Test
  void keysFollowEachOtherWithoutARestart() throws Exception {
    refused("too-soon", ReasonCode.UNTRUSTED, signed(order("too-soon"), next));

    trusting("- " + entry(next, ""));
    send(signed(order("followed"), next));
    assertThat(worker.client.await("followed", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);

    trusting("- " + entry(next, ", revoked: 2026-01-01T00:00:00Z"));
    refused("too-late", ReasonCode.UNTRUSTED, signed(order("too-late"), next));
    send(signed(order("still"), pm));
    assertThat(worker.client.await("still", PATIENCE).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  private void refused(String taskId, ReasonCode code, ProducerRecord<byte[], byte[]> record)
      throws Exception {
    send(record);

    StatusReport end = worker.client.await(taskId, PATIENCE);
    assertThat(end.state()).isEqualTo(TaskState.REJECTED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(code);
    assertThat(worker.reports(taskId)).hasSize(1);
    assertThat(barred(taskId).orElseThrow().summary()).startsWith(code + ": ");
    assertThat(remote.tags()).isEmpty();
  }

  private Optional<AuditRecord> barred(String taskId) {
    return audit(worker, "barred").stream()
        .filter(it -> it.taskId().equals(Optional.of(taskId)))
        .findFirst();
  }

  private static List<AuditRecord> audit(LocalWorker worker, String kind) {
    return worker.messages(worker.topics.audit(), AuditRecord.class).stream()
        .filter(it -> it.kind().equals(kind))
        .toList();
  }

  private Escalation awaitIncident(String source, int count) {
    Awaitility.await().atMost(PATIENCE).until(() -> incidents(source).size() == count);
    return incidents(source).getLast();
  }

  private List<Escalation> incidents(String source) {
    return worker.messages(worker.topics.escalations(), Escalation.class).stream()
        .filter(it -> it.summary().contains(source + " "))
        .toList();
  }

  private TaskDispatch order(String taskId) {
    return remote.plan(taskId, TARGET);
  }

  private TaskDispatch orderOf(String taskId, String requester) {
    TaskDispatch order = order(taskId);
    return new TaskDispatch(
        order.taskId(),
        order.operation(),
        order.target(),
        order.repository(),
        order.parameters(),
        order.requirements(),
        order.requiredEvidence(),
        requester,
        order.dryRun(),
        order.instruction());
  }

  private TaskDispatch stop(String taskId) {
    TaskDispatch order = order(taskId);
    return new TaskDispatch(
        order.taskId(),
        "stop",
        order.target(),
        Optional.empty(),
        order.parameters().removeAll(),
        order.requirements(),
        order.requiredEvidence(),
        "pm",
        false,
        Optional.empty());
  }

  private static Subject subject() {
    return new Subject(
        "https://git.example.com/web",
        "a".repeat(40),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static QaResult qaResult(String issuer) {
    Instant now = Instant.now();
    return new QaResult(
        subject(), issuer, 1, Result.PASSED, now, now.plusSeconds(600), Optional.empty());
  }

  private static SecurityClearance clearance(String issuer) {
    Instant now = Instant.now();
    return new SecurityClearance(
        subject(), issuer, 1, Result.PASSED, now, now.plusSeconds(600), Optional.empty());
  }

  private static ProducerRecord<byte[], byte[]> signed(Message message, SigningKey key) {
    return signed(message, "/sender", key);
  }

  private static ProducerRecord<byte[], byte[]> signed(
      Message message, String source, SigningKey key) {
    return EventCodec.sign(record(message, source, Instant.now()), key);
  }

  private static ProducerRecord<byte[], byte[]> record(
      Message message, String source, Instant time) {
    String id = UUID.randomUUID().toString();
    return EventCodec.write("any", null, TARGET.key(), message, source, id, time, Optional.empty());
  }

  private static ProducerRecord<byte[], byte[]> with(
      ProducerRecord<byte[], byte[]> record, byte[] value) {
    return new ProducerRecord<>(record.topic(), null, record.key(), value, record.headers());
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) throws Exception {
    return send(worker.topics.tasks(), record);
  }

  private RecordMetadata send(String topic, ProducerRecord<byte[], byte[]> record)
      throws Exception {
    Map<String, String> headers = new HashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    return producer.send(topic, null, new String(record.key(), UTF_8), record.value(), headers);
  }

  private static String entry(SigningKey key, String more) {
    return "{id: \"%s\", publicKey: \"%s\"%s}".formatted(key.id(), key.publicKey(), more);
  }

  /** Writes the trust file; another size tells the worker that it has changed. */
  private void trusting(String more) throws Exception {
    Files.writeString(
        trust,
        """
        version: 1
        agents:
          - name: pm
            keys:
              - %s
              - %s
              - %s
              %s
            dispatch: [{operations: [push], environments: [local]}]
            control: [{messages: [cancel, lift], environments: [local]}]
          - name: qa
            keys: [%s]
            evidence: [qa.result]
        """
            .formatted(
                entry(pm, ""),
                entry(expired, ", notAfter: 2026-01-01T00:00:00Z"),
                entry(revoked, ", revoked: 2026-01-01T00:00:00Z"),
                more,
                entry(qa, "")));
  }
}
