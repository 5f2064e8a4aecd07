package dev.opsagent.kafka;

import dev.opsagent.protocol.Topics;
import dev.opsagent.redaction.Redactor;
import java.time.Duration;
import java.util.Map;

/**
 * How this worker takes part in the bus.
 *
 * @param client the operator's Kafka client properties, {@code bootstrap.servers} among them
 * @param topics the names of the fleet's topics
 * @param group the consumer group: the workers that share the partitions among themselves
 * @param workerId names this worker in the records it writes and in the broker's logs
 * @param sessionTimeout after this silence the group gives the worker's partitions to others
 * @param revokeGrace the longest that a running step may delay the hand-over of its partition
 * @param restoreTimeout the longest that reading a partition's ledger may take
 * @param redactor takes secrets out of what is written, if one has come this far
 */
public record BusSettings(
    Map<String, Object> client,
    Topics topics,
    String group,
    String workerId,
    Duration sessionTimeout,
    Duration revokeGrace,
    Duration restoreTimeout,
    Redactor redactor) {
  public BusSettings {
    client = Map.copyOf(client);
  }

  /** With a session timeout of 10 s, a grace time of 8 s and a minute for reading the ledger. */
  public static BusSettings of(
      Map<String, Object> client, Topics topics, String group, String workerId) {
    return new BusSettings(
        client,
        topics,
        group,
        workerId,
        Duration.ofSeconds(10),
        Duration.ofSeconds(8),
        Duration.ofMinutes(1),
        Redactor.of(Map.of()));
  }

  public BusSettings withSessionTimeout(Duration timeout) {
    return new BusSettings(
        client, topics, group, workerId, timeout, revokeGrace, restoreTimeout, redactor);
  }

  public BusSettings withRevokeGrace(Duration grace) {
    return new BusSettings(
        client, topics, group, workerId, sessionTimeout, grace, restoreTimeout, redactor);
  }

  public BusSettings withRestoreTimeout(Duration timeout) {
    return new BusSettings(
        client, topics, group, workerId, sessionTimeout, revokeGrace, timeout, redactor);
  }

  public BusSettings withRedactor(Redactor hiding) {
    return new BusSettings(
        client, topics, group, workerId, sessionTimeout, revokeGrace, restoreTimeout, hiding);
  }

  /** Client properties may hold passwords. */
  @Override
  public String toString() {
    return "BusSettings[group=%s, workerId=%s, topics=%s]".formatted(group, workerId, topics);
  }
}
