package dev.opsagent.intake;

import dev.opsagent.protocol.EventCodec.Incoming;

/** Reads the event in a record; the bus knows how. */
@FunctionalInterface
public interface Decoder {
  /**
   * Reads it.
   *
   * @throws dev.opsagent.protocol.InvalidMessage when it is none, naming the field
   */
  Incoming read(Delivery delivery);
}
