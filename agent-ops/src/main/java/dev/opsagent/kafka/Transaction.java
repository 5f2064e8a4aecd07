package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.JournalRecord;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** Attempts transactions of one partition: entries and positions together, or nothing. */
final class Transaction {
  private final Producer<byte[], byte[]> producer;
  private final JournalTopics topics;

  Transaction(Producer<byte[], byte[]> producer, JournalTopics topics) {
    this.producer = producer;
    this.topics = topics;
  }

  /** Where an input record lies: {@code topic/partition@offset}. */
  String address(Journal.Consumed consumed) {
    TopicPartition input = topics.input(consumed.input());
    return input.topic() + "/" + input.partition() + "@" + consumed.offset();
  }

  /** What an attempt came to. */
  sealed interface Attempt {
    /**
     * Everything stands.
     *
     * @param ledgerEnd the offset after the last ledger record, 0 when there was none
     */
    record Committed(long ledgerEnd) implements Attempt {}

    /** Nothing was written: the group has a newer generation than the one named. */
    record Stale() implements Attempt {}

    /** Nothing was written, and the same may succeed now. */
    record Aborted(String why) implements Attempt {}

    /** Fenced, or not known whether it was written. */
    record Broken(String why) implements Attempt {}
  }

  /** Where the inputs stand once the entries are processed. */
  static Map<Journal.Input, Long> advance(
      Map<Journal.Input, Long> positions, List<Journal.Entry> entries) {
    Map<Journal.Input, Long> moved = new EnumMap<>(positions);
    for (Journal.Entry entry : entries) {
      entry
          .consumed()
          .ifPresent(consumed -> moved.merge(consumed.input(), consumed.offset() + 1, Math::max));
    }
    return moved;
  }

  Attempt attempt(
      List<Journal.Entry> entries,
      Map<Journal.Input, Long> positions,
      ConsumerGroupMetadata group) {
    try {
      producer.beginTransaction();
      Optional<Future<RecordMetadata>> lastLedger = send(entries);
      // An empty map would be skipped, and with it the check of the generation.
      producer.sendOffsetsToTransaction(offsets(positions), group);
      producer.commitTransaction();
      return new Attempt.Committed(lastLedger.map(Transaction::end).orElse(0L));
    } catch (KafkaException e) {
      return outcome(e);
    }
  }

  /**
   * Sends everything; of several ledger records of one key only the last, since nobody can see a
   * state between two entries of one transaction.
   *
   * @return the last ledger record sent, if there was one
   */
  private Optional<Future<RecordMetadata>> send(List<Journal.Entry> entries) {
    Map<String, JournalRecord.Ledger> latest = new LinkedHashMap<>();
    topics.begin();
    for (Journal.Entry entry : entries) {
      for (JournalRecord record : entry.records()) {
        if (record instanceof JournalRecord.Ledger ledger) {
          latest.put(ledger.key(), ledger);
          continue;
        }
        var _ = producer.send(topics.record(record)); // the commit tells when it failed
      }
    }
    Optional<Future<RecordMetadata>> last = Optional.empty();
    for (JournalRecord.Ledger ledger : latest.values()) {
      last = Optional.of(producer.send(topics.record(ledger)));
    }
    return last;
  }

  private static long end(Future<RecordMetadata> sent) {
    return sent.resultNow().offset() + 1;
  }

  private Attempt outcome(KafkaException failure) {
    if (has(failure, CommitFailedException.class)
        || has(failure, RebalanceInProgressException.class)
        || has(failure, IllegalGenerationException.class)
        || has(failure, UnknownMemberIdException.class)) {
      return aborted().<Attempt>map(Attempt.Broken::new).orElseGet(Attempt.Stale::new);
    }
    if (has(failure, TransactionAbortableException.class)) {
      return aborted()
          .<Attempt>map(Attempt.Broken::new)
          .orElseGet(() -> new Attempt.Aborted(reason(failure)));
    }
    return new Attempt.Broken(reason(failure));
  }

  /** Why the abort failed, if it did. */
  private Optional<String> aborted() {
    try {
      producer.abortTransaction();
      return Optional.empty();
    } catch (KafkaException e) {
      return Optional.of(reason(e));
    }
  }

  /** Waits no longer for answers; the broker aborts what is open when the next writer begins. */
  void close() {
    producer.close(Duration.ZERO);
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(Map<Journal.Input, Long> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.forEach(
        (input, position) -> offsets.put(topics.input(input), new OffsetAndMetadata(position)));
    return offsets;
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (kind.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
