package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.JournalRecord;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Learning;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Topics;
import dev.opsagent.redaction.Redactor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where each kind of journal record goes, and in what form: without secrets that have come this
 * far, but for bytes that are somebody else's.
 */
final class JournalTopics {
  /** Tells on a forwarded record which partition it came to first. */
  static final String FORWARDED_FROM = "ops-forwarded-from";

  /** Begins the names of headers that this agent adds. */
  private static final String OURS = "ops-";

  private static final Optional<String> NO_TRACE = Optional.empty();

  private final Topics topics;
  private final int partition;
  private final String source;
  private final Redactor redactor;
  private boolean alarmed;

  JournalTopics(Topics topics, int partition, String workerId, Redactor redactor) {
    this.redactor = redactor;
    this.topics = topics;
    this.partition = partition;
    this.source = "/ops-agent/" + workerId;
  }

  TopicPartition input(Journal.Input input) {
    return new TopicPartition(inputTopic(input), partition);
  }

  TopicPartition ledger() {
    return new TopicPartition(topics.ledger(), partition);
  }

  /** A transaction begins, of which the ledger's records come last. */
  void begin() {
    alarmed = false;
  }

  /**
   * The record as it is written. What is in the ledger has been looked at where it came in, or is
   * told by another record of the transaction, too; so the ledger is looked at where one of those
   * had a secret in it.
   */
  ProducerRecord<byte[], byte[]> record(JournalRecord record) {
    return switch (record) {
      case JournalRecord.Ledger ledger -> alarmed ? shown(ledger(ledger)) : ledger(ledger);
      case JournalRecord.Status status -> shown(status(status));
      case JournalRecord.Escalated escalated -> shown(escalation(escalated.escalation()));
      case JournalRecord.Audited audited -> audit(audited.record()); // sealed, and so before
      case JournalRecord.Learned learned -> shown(learning(learned.learning()));
      case JournalRecord.Deployed deployed -> shown(deployment(deployed.record()));
      case JournalRecord.Forwarded forwarded -> forwarded(forwarded);
      case JournalRecord.DeadLetter letter -> deadLetter(letter);
    };
  }

  private ProducerRecord<byte[], byte[]> shown(ProducerRecord<byte[], byte[]> record) {
    return Optional.<byte[]>ofNullable(record.value())
        .flatMap(redactor::rewritten)
        .map(shown -> {
          alarmed = true;
          return new ProducerRecord<>(
              record.topic(), record.partition(), record.key(), shown, record.headers());
        })
        .orElse(record);
  }

  private ProducerRecord<byte[], byte[]> ledger(JournalRecord.Ledger ledger) {
    return new ProducerRecord<>(
        topics.ledger(), partition, utf8(ledger.key()), ledger.bytes().orElse(null));
  }

  private ProducerRecord<byte[], byte[]> status(JournalRecord.Status status) {
    StatusReport report = status.report();
    String id = "status:" + report.taskId() + ":" + report.revision();
    return EventCodec.write(
        topics.status(),
        null,
        report.taskId(),
        status.written(),
        source,
        id,
        report.at(),
        status.traceparent());
  }

  private ProducerRecord<byte[], byte[]> escalation(Escalation escalation) {
    String key = escalation.escalationId();
    String id = "escalation:" + key + ":" + escalation.status() + ":" + escalation.occurrences();
    return EventCodec.write(
        topics.escalations(), null, key, escalation, source, id, escalation.at(), NO_TRACE);
  }

  private ProducerRecord<byte[], byte[]> audit(AuditRecord record) {
    String id = "audit:" + partition + ":" + record.sequence();
    return EventCodec.write(
        topics.audit(),
        partition,
        record.target().key(),
        record,
        source,
        id,
        record.at(),
        NO_TRACE);
  }

  private ProducerRecord<byte[], byte[]> learning(Learning learning) {
    String key = learning.learningId();
    String id = "learning:" + key + ":" + learning.at();
    return EventCodec.write(
        topics.learnings(), null, key, learning, source, id, learning.at(), NO_TRACE);
  }

  private ProducerRecord<byte[], byte[]> deployment(DeploymentRecord record) {
    String key = record.target().key();
    String id = "deployment:" + key + ":" + record.taskId() + ":" + record.at();
    return EventCodec.write(
        topics.deployments(), null, key, record, source, id, record.at(), NO_TRACE);
  }

  private ProducerRecord<byte[], byte[]> forwarded(JournalRecord.Forwarded forwarded) {
    String topic = inputTopic(forwarded.input());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, forwarded.partition(), utf8(forwarded.key()), forwarded.value());
    addHeaders(record, forwarded.headers());
    record.headers().remove(FORWARDED_FROM);
    record.headers().add(FORWARDED_FROM, utf8(topic + "-" + partition));
    return record;
  }

  private ProducerRecord<byte[], byte[]> deadLetter(JournalRecord.DeadLetter letter) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topics.deadLetters(), letter.key().orElse(null), letter.value().orElse(null));
    letter
        .headers()
        .forEach((name, value) ->
            record.headers().add(name, name.startsWith(OURS) ? shown(value) : value));
    return record;
  }

  private byte[] shown(byte[] text) {
    return utf8(redactor.text(new String(text, StandardCharsets.UTF_8)));
  }

  private String inputTopic(Journal.Input input) {
    return switch (input) {
      case TASKS -> topics.tasks();
      case CONTROL -> topics.control();
    };
  }

  private static void addHeaders(
      ProducerRecord<byte[], byte[]> record, Map<String, byte[]> headers) {
    headers.forEach((name, value) -> record.headers().add(name, value));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
