package dev.opsagent.bench;

import dev.opsagent.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * What the worker writes for one task, record by record, so that the floor can write the same.
 *
 * @param writes what is accepted, then what each of the dependent writes holds
 */
record Footprint(List<List<Line>> writes) {
  /** Start of the first step; then each result with the next start; then the end. */
  static final int DEPENDENT_WRITES = 4;

  Footprint {
    writes = writes.stream().map(List::copyOf).toList();
  }

  /** Where a record goes. */
  enum Role {
    LEDGER,
    STATUS,
    AUDIT
  }

  /** What a record's key is. */
  enum Key {
    TASK,
    TARGET,
    FIXED
  }

  /**
   * One record.
   *
   * @param fixed the key, where it is the same for every task
   */
  record Line(Role role, Key key, String fixed, byte[] value, Map<String, byte[]> headers) {
    Line {
      headers = Map.copyOf(headers);
    }
  }

  /** Reads what a worker wrote on topics where only one task has ever run. */
  static Footprint of(String bootstrap, Topics topics) {
    List<List<Line>> writes = new ArrayList<>();
    for (int i = 0; i <= DEPENDENT_WRITES; i++) {
      writes.add(new ArrayList<>());
    }
    try (Consumer<byte[], byte[]> consumer = EndReports.reader(bootstrap)) {
      read(consumer, topics.ledger(), Role.LEDGER).forEach(lines -> spread(lines, writes));
      read(consumer, topics.status(), Role.STATUS).forEach(lines -> spread(lines, writes));
      read(consumer, topics.audit(), Role.AUDIT).forEach(lines -> spread(lines, writes));
    }
    return new Footprint(writes.stream().map(Footprint::coalesced).toList());
  }

  /** A transaction needs one ledger record of a key; every report and audit record is needed. */
  private static List<Line> coalesced(List<Line> lines) {
    Map<String, Line> latest = new LinkedHashMap<>();
    for (Line line : lines) {
      String key = line.role() == Role.LEDGER ? line.key() + line.fixed() : "each " + latest.size();
      latest.remove(key);
      latest.put(key, line);
    }
    return List.copyOf(latest.values());
  }

  /** The first is written when the task is accepted, the last when it ends. */
  private static void spread(List<Line> lines, List<List<Line>> writes) {
    int rest = lines.size() - 1;
    writes.getFirst().add(lines.getFirst());
    for (int i = 0; i < rest; i++) {
      int write = rest == 1 ? DEPENDENT_WRITES : 1 + i * DEPENDENT_WRITES / rest;
      writes.get(i == rest - 1 ? DEPENDENT_WRITES : write).add(lines.get(i + 1));
    }
  }

  /** The lines of a topic, those of each kind of key together. */
  private static List<List<Line>> read(Consumer<byte[], byte[]> consumer, String topic, Role role) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(it -> new TopicPartition(it.topic(), it.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<String, List<Line>> lines = new LinkedHashMap<>();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        Line line = line(record, role);
        if (record.value() != null && !line.fixed().contains("partition")) {
          lines.computeIfAbsent(line.key() + line.fixed(), _ -> new ArrayList<>()).add(line);
        }
      }
    }
    return List.copyOf(lines.values());
  }

  private static Line line(ConsumerRecord<byte[], byte[]> record, Role role) {
    String text = new String(record.key(), StandardCharsets.UTF_8);
    Key key = text.startsWith("bench-") ? Key.TASK : text.contains("/") ? Key.TARGET : Key.FIXED;
    Map<String, byte[]> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), header.value());
    }
    return new Line(role, key, key == Key.FIXED ? text : "", record.value(), headers);
  }

  long records(Role role) {
    return writes.stream().flatMap(List::stream).filter(it -> it.role() == role).count();
  }

  /** Bytes of values. */
  long bytes(Role role) {
    return writes.stream()
        .flatMap(List::stream)
        .filter(it -> it.role() == role)
        .mapToLong(it -> it.value().length)
        .sum();
  }

  @Override
  public String toString() {
    return Arrays.stream(Role.values())
        .map(role ->
            "%s %d records, %d bytes"
                .formatted(
                    role.name().toLowerCase(java.util.Locale.ROOT), records(role), bytes(role)))
        .reduce((a, b) -> a + "; " + b)
        .orElse("");
  }
}
