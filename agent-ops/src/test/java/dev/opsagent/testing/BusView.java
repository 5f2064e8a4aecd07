package dev.opsagent.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.audit.AuditChain;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Everything that a fleet's topics hold, read anew with every call. */
public record BusView(OpsClient client, Topics topics) {

  /** Every record of a topic; in order within a partition. */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    client.readAll(topic, Optional.empty(), records::add);
    return records;
  }

  /** Every message of a topic; tombstones are left out. */
  public <M extends Message> List<M> messages(String topic, Class<M> type) {
    List<M> messages = new ArrayList<>();
    client.readAll(
        topic,
        Optional.empty(),
        read -> {
          if (read.value() != null) {
            messages.add(type.cast(EventCodec.read(read.value(), read.headers()).message()));
          }
        });
    return messages;
  }

  public List<StatusReport> reports(String taskId) {
    return messages(topics.status(), StatusReport.class).stream()
        .filter(report -> report.taskId().equals(taskId))
        .toList();
  }

  /** All audit records; fails when a chain of the topic is broken anywhere. */
  public List<AuditRecord> audit() {
    Map<Integer, AuditChain> chains = new HashMap<>();
    List<AuditRecord> records = new ArrayList<>();
    client.readAll(
        topics.audit(),
        Optional.empty(),
        read -> {
          AuditRecord record =
              (AuditRecord) EventCodec.read(read.value(), read.headers()).message();
          AuditChain chain =
              requireNonNull(chains.computeIfAbsent(read.partition(), _ -> new AuditChain()));
          assertThat(chain.verify(record)).as("audit at %s", read.offset()).isEmpty();
          records.add(record);
        });
    return records;
  }

  /** The audit records of a task; fails when a chain of the topic is broken anywhere. */
  public List<AuditRecord> audit(String taskId) {
    return audit().stream()
        .filter(record -> record.taskId().equals(Optional.of(taskId)))
        .sorted(Comparator.comparingLong(AuditRecord::sequence))
        .toList();
  }

  public List<Escalation> escalations(String taskId) {
    return messages(topics.escalations(), Escalation.class).stream()
        .filter(escalation -> escalation.taskId().equals(Optional.of(taskId)))
        .toList();
  }
}
