package dev.opsagent.bench;

import dev.opsagent.bench.Footprint.Line;
import dev.opsagent.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** One partition of the floor: its lanes, and the one thread that writes for all of them. */
final class FloorPartition {
  private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int MOST_ARRIVALS = 1_000;

  private final TopicPartition input;
  private final Topics topics;
  private final Producer<byte[], byte[]> producer;
  private final List<List<Prepared>> writes;
  private final Supplier<ConsumerGroupMetadata> group;

  private final LinkedBlockingQueue<Open> arrivals = new LinkedBlockingQueue<>();
  private final Map<String, Queue<Open>> lanes = new HashMap<>();
  private List<Open> due = new ArrayList<>();
  private long lastCommit = System.nanoTime();

  /** A record but for its key. */
  private record Prepared(Line line, String topic, byte[] fixed, List<Header> headers) {}

  /** A task and the last write that was done for it. */
  private static final class Open {
    private final byte[] id;
    private final byte[] target;
    private final Queue<Open> lane;
    private final long offset;
    private int write;

    Open(ConsumerRecord<byte[], byte[]> record, Queue<Open> lane) {
      this.id = record.headers().lastHeader("ce_id").value();
      this.target = record.key();
      this.lane = lane;
      this.offset = record.offset();
    }
  }

  FloorPartition(
      TopicPartition input,
      Topics topics,
      Producer<byte[], byte[]> producer,
      Footprint footprint,
      Supplier<ConsumerGroupMetadata> group) {
    this.input = input;
    this.topics = topics;
    this.producer = producer;
    this.group = group;
    this.writes =
        footprint.writes().stream()
            .map(lines -> lines.stream().map(this::prepared).toList())
            .toList();
    producer.initTransactions();
    Thread.ofPlatform().daemon().name("floor-" + input.partition()).start(this::write);
  }

  private Prepared prepared(Line line) {
    String topic =
        switch (line.role()) {
          case LEDGER -> topics.ledger();
          case STATUS -> topics.status();
          case AUDIT -> topics.audit();
        };
    List<Header> headers = new ArrayList<>();
    line.headers().forEach((name, value) -> headers.add(new RecordHeader(name, value)));
    return new Prepared(line, topic, line.fixed().getBytes(StandardCharsets.UTF_8), headers);
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    String target = new String(record.key(), StandardCharsets.UTF_8);
    arrivals.add(new Open(record, lanes.computeIfAbsent(target, _ -> new ArrayDeque<>())));
  }

  private void write() {
    try {
      long position = 0;
      while (true) {
        List<Open> arrived = next();
        position = arrived.isEmpty() ? position : arrived.getLast().offset + 1;
        commit(arrived, position);
        advance();
      }
    } catch (InterruptedException | RuntimeException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private List<Open> next() throws InterruptedException {
    List<Open> arrived = new ArrayList<>();
    if (due.isEmpty()) {
      arrived.add(arrivals.take());
    }
    for (long now = System.nanoTime(); now - lastCommit < GAP_NANOS; now = System.nanoTime()) {
      LockSupport.parkNanos(GAP_NANOS - (now - lastCommit));
    }
    arrivals.drainTo(arrived, MOST_ARRIVALS);
    for (Open open : arrived) {
      open.lane.add(open);
      if (open.lane.size() == 1) {
        open.write = 1;
        due.add(open);
      }
    }
    return arrived;
  }

  private void commit(List<Open> arrived, long position) {
    producer.beginTransaction();
    Map<String, Prepared> shared = new HashMap<>();
    arrived.forEach(open -> send(open, 0, shared));
    due.forEach(open -> send(open, open.write, shared));
    shared.values().forEach(prepared -> send(prepared, prepared.fixed()));
    producer.sendOffsetsToTransaction(Map.of(input, new OffsetAndMetadata(position)), group.get());
    producer.commitTransaction();
    lastCommit = System.nanoTime();
  }

  /**
   * Sends the records of a task's write.
   *
   * @param shared takes those that all tasks of the transaction share
   */
  private void send(Open open, int write, Map<String, Prepared> shared) {
    for (Prepared prepared : writes.get(write)) {
      Line line = prepared.line();
      boolean replaced = write < open.write && line.role() == Footprint.Role.LEDGER;
      switch (line.key()) {
        case TASK -> {
          if (!replaced) {
            send(prepared, open.id);
          }
        }
        case TARGET -> send(prepared, open.target);
        case FIXED -> shared.put(line.fixed(), prepared);
      }
    }
  }

  private void send(Prepared prepared, byte[] key) {
    Line line = prepared.line();
    Integer partition =
        line.role() == Footprint.Role.STATUS ? null : Integer.valueOf(input.partition());
    var _ =
        producer.send(
            new ProducerRecord<>(
                prepared.topic(), partition, key, line.value(), prepared.headers()));
  }

  /** What was written stands: the next write of each task, or the next task of its lane. */
  private void advance() {
    List<Open> next = new ArrayList<>();
    for (Open open : due) {
      if (open.write++ < Footprint.DEPENDENT_WRITES) {
        next.add(open);
        continue;
      }
      open.lane.remove();
      Open head = open.lane.peek();
      if (head != null) {
        head.write = 1;
        next.add(head);
      }
    }
    due = next;
  }
}
