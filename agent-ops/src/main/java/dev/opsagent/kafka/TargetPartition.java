package dev.opsagent.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * The partition that a target belongs to: the one that Kafka's Java producer chooses for its key.
 * Clients in other languages choose otherwise; intake sends their records on.
 */
public final class TargetPartition {
  private TargetPartition() {}

  public static int of(String key, int partitions) {
    int hash = Utils.murmur2(key.getBytes(StandardCharsets.UTF_8));
    return Utils.toPositive(hash) % partitions;
  }
}
