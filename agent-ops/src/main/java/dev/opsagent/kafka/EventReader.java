package dev.opsagent.kafka;

import dev.opsagent.intake.Delivery;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.EventCodec.Incoming;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Reads the event in a delivered record. */
public final class EventReader {
  private EventReader() {}

  /**
   * Reads it.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when it is none, naming the field
   */
  public static Incoming read(Delivery delivery) {
    RecordHeaders headers = new RecordHeaders();
    delivery.headers().forEach(headers::add);
    return EventCodec.read(delivery.value().orElse(null), headers);
  }
}
