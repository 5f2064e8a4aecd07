package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where a partition's inputs are to be read on. Looked up once the partition's writer is
 * initialised, when no transaction of a predecessor can move them any more.
 */
final class InputPositions {
  private static final int LOOKS = 10;
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final long TIMEOUT_SECONDS = 15;

  private final Admin admin;
  private final String group;
  private final BusListener listener;

  InputPositions(Admin admin, String group, BusListener listener) {
    this.admin = admin;
    this.group = group;
    this.listener = listener;
  }

  /**
   * @param inputs the next offset of each input
   * @param ledgerEnd the end of the partition's ledger
   */
  record Positions(Map<Journal.Input, Long> inputs, long ledgerEnd) {
    Positions {
      inputs = Map.copyOf(inputs);
    }
  }

  /**
   * @throws PartitionHost.Refused when a transaction may still move them
   */
  Positions of(JournalTopics topics)
      throws PartitionHost.Refused, InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> first = new HashMap<>();
    Map<TopicPartition, OffsetSpec> last = new HashMap<>();
    for (Journal.Input input : Journal.Input.values()) {
      first.put(topics.input(input), OffsetSpec.earliest());
      last.put(topics.input(input), OffsetSpec.latest());
    }
    last.put(topics.ledger(), OffsetSpec.latest());
    Map<TopicPartition, OffsetAndMetadata> committed = decided(topics);
    ListOffsetsResult begins = admin.listOffsets(first);
    ListOffsetsResult ends = admin.listOffsets(last);
    for (int look = 1; look < LOOKS && isShort(ends, committed); look++) {
      Thread.sleep(PAUSE);
      ends = admin.listOffsets(last);
    }

    Map<Journal.Input, Long> positions = new EnumMap<>(Journal.Input.class);
    for (Journal.Input input : Journal.Input.values()) {
      TopicPartition partition = topics.input(input);
      positions.put(
          input,
          start(
              input,
              committed.get(partition),
              offset(begins, partition),
              offset(ends, partition),
              partition));
    }
    return new Positions(positions, offset(ends, topics.ledger()));
  }

  /** A broker that has just come up again may not have told its high watermark yet. */
  private static boolean isShort(
      ListOffsetsResult ends, Map<TopicPartition, OffsetAndMetadata> committed)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (Map.Entry<TopicPartition, OffsetAndMetadata> one : committed.entrySet()) {
      if (one.getValue() != null && one.getValue().offset() > offset(ends, one.getKey())) {
        return true;
      }
    }
    return false;
  }

  /** A position outside of the topic is never moved to the end: that would drop what lies there. */
  private long start(
      Journal.Input input,
      @Nullable OffsetAndMetadata committed,
      long begin,
      long end,
      TopicPartition partition) {
    if (committed == null) {
      return begin;
    }
    if (committed.offset() >= begin && committed.offset() <= end) {
      return committed.offset();
    }
    listener.rewound(partition.partition(), input);
    return begin;
  }

  /**
   * The admin client leaves out a partition whose position an open transaction may still move, as
   * if nothing had ever been committed for it (seen with 4.4.0): its inputs would be read again
   * from their beginning, and everything in them answered a second time.
   */
  private Map<TopicPartition, OffsetAndMetadata> decided(JournalTopics topics)
      throws PartitionHost.Refused, InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(topics);
    for (int look = 1; look < LOOKS && committed.size() < inputs(topics).size(); look++) {
      Thread.sleep(PAUSE);
      committed = committed(topics);
    }
    if (committed.size() < inputs(topics).size()) {
      throw new PartitionHost.Refused(undecided(topics));
    }
    return committed;
  }

  private Failure undecided(JournalTopics topics) {
    return Failure.passing(
        ReasonCode.TIMEOUT,
        "read the positions of group %s in %s".formatted(group, inputs(topics)),
        "a transaction that has not ended may still move them",
        "look for it with kafka-transactions.sh find-hanging; it is tried again");
  }

  private static List<TopicPartition> inputs(JournalTopics topics) {
    return Arrays.stream(Journal.Input.values()).map(topics::input).toList();
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(JournalTopics topics)
      throws InterruptedException, ExecutionException, TimeoutException {
    ListConsumerGroupOffsetsSpec spec =
        new ListConsumerGroupOffsetsSpec().topicPartitions(inputs(topics));
    return admin
        .listConsumerGroupOffsets(
            Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
        .partitionsToOffsetAndMetadata(group)
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static long offset(ListOffsetsResult offsets, TopicPartition partition)
      throws InterruptedException, ExecutionException, TimeoutException {
    return offsets.partitionResult(partition).get(TIMEOUT_SECONDS, TimeUnit.SECONDS).offset();
  }
}
