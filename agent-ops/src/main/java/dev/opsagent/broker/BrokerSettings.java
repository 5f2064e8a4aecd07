package dev.opsagent.broker;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings of a broker that stands alone and starts quickly. */
final class BrokerSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER = "CONTROLLER";

  private BrokerSettings() {}

  static Map<String, Object> of(Path folder, BrokerPorts ports) {
    Map<String, Object> settings = new HashMap<>();
    settings.putAll(node(folder, ports));
    settings.putAll(anywhere());
    return settings;
  }

  /** Those that do not depend on where it runs. */
  static Map<String, Object> anywhere() {
    Map<String, Object> settings = new HashMap<>(alone());
    settings.putAll(small());
    settings.put("auto.create.topics.enable", false);
    return settings;
  }

  private static Map<String, Object> node(Path folder, BrokerPorts ports) {
    String controller = "127.0.0.1:" + ports.controller();
    return Map.of(
        "process.roles",
        "broker,controller",
        "node.id",
        NODE_ID,
        "log.dirs",
        folder.toString(),
        "listeners",
        "PLAINTEXT://127.0.0.1:" + ports.client() + ",CONTROLLER://" + controller,
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names",
        CONTROLLER,
        "controller.quorum.voters",
        NODE_ID + "@" + controller);
  }

  private static Map<String, Object> alone() {
    return Map.of(
        "offsets.topic.replication.factor", (short) 1,
        "transaction.state.log.replication.factor", (short) 1,
        "transaction.state.log.min.isr", 1,
        "share.coordinator.state.topic.replication.factor", (short) 1,
        "share.coordinator.state.topic.min.isr", (short) 1,
        "group.initial.rebalance.delay.ms", 0,
        "group.min.session.timeout.ms", 500);
  }

  /** One machine, a handful of clients: few threads and little memory. */
  private static Map<String, Object> small() {
    return Map.of(
        "offsets.topic.num.partitions", 8,
        "transaction.state.log.num.partitions", 8,
        "share.coordinator.state.topic.num.partitions", 8,
        "num.network.threads", 2,
        "num.io.threads", 4,
        "log.cleaner.dedupe.buffer.size", 4L * 1024 * 1024);
  }
}
