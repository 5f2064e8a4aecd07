package dev.opsagent.intake;

import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Input;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An input record as it came off the bus.
 *
 * @param headers the last one of each name
 * @param appendedAt when the broker took it, by the broker's clock
 */
public record Delivery(
    Input input,
    int partition,
    long offset,
    Optional<byte[]> key,
    Optional<byte[]> value,
    Map<String, byte[]> headers,
    Instant appendedAt) {
  public Delivery {
    headers = Map.copyOf(headers);
  }

  Consumed consumed() {
    return new Consumed(input, offset);
  }
}
