package dev.opsagent.kafka;

import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.RecordPosition;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The messages of a topic up to where it ends now. */
public final class TopicHistory {
  private static final Logger LOG = LoggerFactory.getLogger(TopicHistory.class);

  private TopicHistory() {}

  /**
   * Hands over every message that can be read, in order per partition, with where it lies.
   *
   * @throws dev.opsagent.protocol.ClientFailure when the topic cannot be read
   */
  public static void read(
      OpsClient client, String topic, BiConsumer<Message, RecordPosition> messages) {
    client.readAll(topic, Optional.empty(), record -> hand(record, messages));
  }

  private static void hand(
      ConsumerRecord<byte[], byte[]> record, BiConsumer<Message, RecordPosition> messages) {
    RecordPosition place = new RecordPosition(record.topic(), record.partition(), record.offset());
    try {
      messages.accept(EventCodec.read(record.value(), record.headers()).message(), place);
    } catch (InvalidMessage unreadable) {
      LOG.warn("skipped {}: {}", place, unreadable.getMessage());
    }
  }
}
