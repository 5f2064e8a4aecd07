package dev.opsagent.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.OpsAgent;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Setting;
import dev.opsagent.console.Metrics;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Topics;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestBroker;
import dev.opsagent.testing.TestKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;

/** A worker in this process, with a group, a data folder and mostly topics of its own. */
final class LocalWorker implements AutoCloseable {
  static final int PARTITIONS = 3;

  /** For tests that are about something else, and write whatever they like. */
  static final Map<String, String> UNSIGNED = Map.of("OPS_AGENT_SIGNATURES", "off");

  final String bootstrap;
  final Topics topics;
  final OpsClient client;
  private final OpsAgent agent;

  private LocalWorker(Configuration configuration, OpsAgent agent) {
    this.bootstrap = configuration.bus().bootstrap();
    this.topics = configuration.topics().names();
    this.client = TestKeys.client(bootstrap, topics);
    this.agent = agent;
  }

  /** On the broker that all tests share. */
  static LocalWorker start(Path data) throws Exception {
    return start(data, Map.of());
  }

  /** The same, configured further by variables. */
  static LocalWorker start(Path data, Map<String, String> variables) throws Exception {
    return start(TestBroker.bootstrap(), TestBroker.unique("clients"), data, variables);
  }

  /**
   * @param prefix of the topics; empty for the names that README tells
   */
  static LocalWorker start(String bootstrap, String prefix, Path data) throws Exception {
    return start(bootstrap, prefix, data, Map.of());
  }

  static LocalWorker start(
      String bootstrap, String prefix, Path data, Map<String, String> variables) throws Exception {
    Configuration configuration = configuration(bootstrap, prefix, data, variables);
    OpsAgent agent =
        OpsAgent.start(configuration, Map.of("PATH", Peers.searchPath()), new Metrics());
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(agent::ready);
    return new LocalWorker(configuration, agent);
  }

  private static Configuration configuration(
      String bootstrap, String prefix, Path data, Map<String, String> variables) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.BOOTSTRAP, bootstrap);
    flags.put(Setting.TOPIC_PREFIX, prefix);
    flags.put(Setting.PARTITIONS, Integer.toString(PARTITIONS));
    flags.put(Setting.REPLICATION, "1");
    if (!variables.containsKey("OPS_AGENT_GROUP")) {
      flags.put(Setting.GROUP, TestBroker.unique("clients"));
    }
    flags.put(Setting.DATA, data.toString());
    flags.put(Setting.HTTP_PORT, "0");
    if (!variables.containsKey("OPS_AGENT_TRUST")) {
      flags.put(Setting.TRUST, TestKeys.trust(data.resolve("trust")).toString());
    }
    Loaded loaded = new ConfigurationSources(variables, data, data).load(Optional.empty(), flags);
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    return ((Loaded.Valid) loaded).configuration();
  }

  /** Has the broker let larger messages through to a topic. */
  void allow(String topic, int bytes) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ConfigEntry size = new ConfigEntry("max.message.bytes", Integer.toString(bytes));
    AlterConfigOp change = new AlterConfigOp(size, AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get(30, SECONDS);
    }
  }

  /**
   * Waits until a record lies among the dead letters.
   *
   * @param input TASKS or CONTROL
   */
  ConsumerRecord<byte[], byte[]> awaitLetter(String input, RecordMetadata where) {
    String origin = "%s-%d@%d".formatted(input, where.partition(), where.offset());
    return Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> letter(origin), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<ConsumerRecord<byte[], byte[]>> letter(String origin) {
    return records(topics.deadLetters()).stream()
        .filter(it -> header(it, "ops-origin").equals(origin))
        .findFirst();
  }

  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return Optional.ofNullable(record.headers().lastHeader(name))
        .map(Header::value)
        .map(value -> new String(value, UTF_8))
        .orElse("(no " + name + ")");
  }

  /** The partition in which a target's tasks run. */
  static int partition(String target) {
    return TargetPartition.of(target, PARTITIONS);
  }

  /** What the worker shows to Prometheus and to those who ask whether it lives. */
  String http(String path) {
    return LocalHttp.get(agent.http(), path);
  }

  /** Whether it takes tasks, and if not, why. */
  String readiness() throws InterruptedException {
    return LocalHttp.whatever(agent.http(), "/readyz");
  }

  List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    client.readAll(topic, Optional.empty(), records::add);
    return records;
  }

  <M extends Message> List<M> messages(String topic, Class<M> type) {
    return records(topic).stream()
        .map(it -> type.cast(EventCodec.read(it.value(), it.headers()).message()))
        .toList();
  }

  List<StatusReport> reports(String taskId) {
    return messages(topics.status(), StatusReport.class).stream()
        .filter(it -> it.taskId().equals(taskId))
        .toList();
  }

  @Override
  public void close() {
    client.close();
    agent.close();
  }
}
