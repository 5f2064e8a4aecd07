package dev.opsagent.bench;

import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tasks that are sent: one prebuilt record per target, of which only the number in its task id
 * changes, so that sending costs next to nothing.
 */
final class Tasks {
  static final int PARTITIONS = 8;
  static final int TARGETS = 64;

  /** The id of the first task. */
  static final String ID = "bench-0000000000";

  private static final int DIGITS = 10;
  private static final int NUMBER = ID.length() - DIGITS;

  private static final String PARAMETERS =
      """
      {"bump":"patch","publish":{"registry":"npm","tag":"latest","access":"restricted"},
       "scripts":["prepack"],
       "deploy":{"kind":"process","command":["node","server.js","port=8080"],"port":8080,
         "env":{"NODE_ENV":"production","LOG_LEVEL":"info"}},
       "health":{"http":{"path":"/health","status":200},"attempts":20,"interval":"PT0.5S"}}
      """;

  private final List<ProducerRecord<byte[], byte[]>> templates = new ArrayList<>();
  private final int idAt;

  Tasks(String topic) {
    evenTargets(TARGETS, PARTITIONS).forEach(target -> templates.add(template(topic, target)));
    String first = new String(templates.getFirst().value(), StandardCharsets.UTF_8);
    idAt = first.indexOf(ID) + NUMBER;
  }

  /** As many targets of each partition, so that chance decides nothing. */
  static List<Target> evenTargets(int count, int partitions) {
    int most = (count + partitions - 1) / partitions;
    List<Target> targets = new ArrayList<>();
    Map<Integer, Integer> taken = new HashMap<>();
    for (int number = 0; targets.size() < count; number++) {
      Target target = new Target("local", "svc-%06d".formatted(number));
      int partition = TargetPartition.of(target.key(), partitions);
      if (taken.merge(partition, 1, Integer::sum) <= most) {
        targets.add(target);
      }
    }
    return targets;
  }

  private static ProducerRecord<byte[], byte[]> template(String topic, Target target) {
    TaskDispatch task =
        new TaskDispatch(
            ID,
            "push",
            target,
            Optional.of(
                new RepositoryRef(
                    "https://git.example.com/shop/bench.git",
                    Optional.of("main"),
                    Optional.of("3f786850e387550fdab836ed7e6dc881de23001b"))),
            (ObjectNode) Json.readTree(PARAMETERS.getBytes(StandardCharsets.UTF_8)),
            Requirements.NONE,
            List.of(),
            "bench",
            false,
            Optional.empty());
    return EventCodec.write(
        topic, null, target.key(), task, "/bench", ID, Instant.EPOCH, Optional.empty());
  }

  /** The task of this number; the next number goes to the next target. */
  ProducerRecord<byte[], byte[]> record(long number) {
    ProducerRecord<byte[], byte[]> template = templates.get((int) (number % TARGETS));
    byte[] value = template.value().clone();
    byte[] id = ID.getBytes(StandardCharsets.US_ASCII);
    for (int digit = DIGITS - 1; digit >= 0; digit--) {
      byte figure = (byte) ('0' + number % 10);
      value[idAt + digit] = figure;
      id[NUMBER + digit] = figure;
      number /= 10;
    }
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(template.topic(), null, template.key(), value, template.headers());
    record.headers().remove("ce_id");
    record.headers().add(new RecordHeader("ce_id", id));
    return record;
  }

  /** The number in a task's id. */
  static long number(byte[] id) {
    long number = 0;
    for (int digit = NUMBER; digit < id.length; digit++) {
      number = number * 10 + id[digit] - '0';
    }
    return number;
  }

  /** The size of a task's value, in bytes. */
  int bytes() {
    return templates.getFirst().value().length;
  }
}
