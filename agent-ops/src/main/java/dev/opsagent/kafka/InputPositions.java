package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where a partition's inputs are to be read on. Looked up once the partition's writer is
 * initialised, when no transaction of a predecessor can move them any more.
 */
final class InputPositions {
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
    Map<TopicPartition, OffsetAndMetadata> committed = decided(topics);
    Map<TopicPartition, Long> begins = offsets(OffsetSpec.earliest(), inputs(topics));
    List<TopicPartition> ending = new ArrayList<>(inputs(topics));
    ending.add(topics.ledger());
    Map<TopicPartition, Long> ends =
        Looks.until(it -> reach(it, committed), () -> offsets(OffsetSpec.latest(), ending));

    Map<Journal.Input, Long> positions = new EnumMap<>(Journal.Input.class);
    for (Journal.Input input : Journal.Input.values()) {
      TopicPartition partition = topics.input(input);
      long begin = begins.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, 0L);
      positions.put(input, start(input, committed.get(partition), begin, end, partition));
    }
    return new Positions(positions, ends.getOrDefault(topics.ledger(), 0L));
  }

  /** A broker that has just come up again may not have told its high watermark yet. */
  private static boolean reach(
      Map<TopicPartition, Long> ends, Map<TopicPartition, OffsetAndMetadata> committed) {
    return committed.entrySet().stream()
        .allMatch(one ->
            one.getValue() == null
                || one.getValue().offset() <= ends.getOrDefault(one.getKey(), 0L));
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
    int wanted = inputs(topics).size();
    Map<TopicPartition, OffsetAndMetadata> committed =
        Looks.until(it -> it.size() == wanted, () -> committed(topics));
    if (committed.size() < wanted) {
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

  private Map<TopicPartition, Long> offsets(OffsetSpec which, List<TopicPartition> partitions)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(it -> it, _ -> which)))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .forEach((partition, told) -> offsets.put(partition, told.offset()));
    return offsets;
  }
}
