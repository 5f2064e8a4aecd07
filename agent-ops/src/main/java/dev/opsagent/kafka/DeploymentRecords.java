package dev.opsagent.kafka;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Deployments;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the topic of deployments up to where it ends when it is asked: it is compacted, so it holds
 * little more than one record per target, and nothing is kept that could be out of date.
 */
public final class DeploymentRecords implements Deployments {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private final BusSettings settings;

  public DeploymentRecords(BusSettings settings) {
    this.settings = settings;
  }

  @Override
  public Answer<Optional<DeploymentRecord>> of(Target target) {
    String action = "look up what runs on " + target;
    try (Consumer<byte[], byte[]> consumer = new Clients(settings).ledger()) {
      return last(consumer, target.whole(), action)
          .map(found -> found.map(it -> target.partName().map(it::part).orElse(it)));
    } catch (KafkaException e) {
      return no(action, String.valueOf(e.getMessage()));
    }
  }

  private Answer<Optional<DeploymentRecord>> last(
      Consumer<byte[], byte[]> consumer, Target target, String action) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(settings.topics().deployments(), LONGEST).stream()
            .map(it -> new TopicPartition(it.topic(), it.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LONGEST);
    byte[] key = target.key().getBytes(StandardCharsets.UTF_8);
    long deadline = System.nanoTime() + LONGEST.toNanos();
    Optional<DeploymentRecord> last = Optional.empty();
    while (isShortOf(consumer, ends)) {
      if (System.nanoTime() - deadline > 0) {
        return no(action, "the topic could not be read to its end in time");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (Arrays.equals(record.key(), key)) {
          Answer<Optional<DeploymentRecord>> read = read(record, action);
          if (!(read instanceof Answer.Ok<Optional<DeploymentRecord>>(var found))) {
            return read;
          }
          last = newer(last, found);
        }
      }
    }
    return new Answer.Ok<>(last);
  }

  private static boolean isShortOf(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().anyMatch(it -> consumer.position(it.getKey()) < it.getValue());
  }

  /** A topic that has grown holds older records of a key in another partition. */
  private static Optional<DeploymentRecord> newer(
      Optional<DeploymentRecord> before, Optional<DeploymentRecord> found) {
    return before.isPresent() && found.filter(it -> it.at().isBefore(before.get().at())).isPresent()
        ? before
        : found;
  }

  /** What cannot be read proves nothing. */
  private static Answer<Optional<DeploymentRecord>> read(
      ConsumerRecord<byte[], byte[]> record, String action) {
    if (record.value() == null) {
      return new Answer.Ok<>(Optional.empty());
    }
    try {
      return EventCodec.read(record.value(), record.headers()).message()
              instanceof DeploymentRecord it
          ? new Answer.Ok<>(Optional.of(it))
          : unreadable(action, "another message stands in its place");
    } catch (InvalidMessage e) {
      return unreadable(action, "the record of it cannot be read: " + e.getMessage());
    }
  }

  /** Waiting does not mend it. */
  private static <T> Answer<T> unreadable(String action, String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            action,
            cause,
            "see who writes to the topic of deployments; the next change of the target is read"));
  }

  private static <T> Answer<T> no(String action, String cause) {
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.TOOL_FAILED, action, cause, "see the topic of deployments and its brokers"));
  }
}
