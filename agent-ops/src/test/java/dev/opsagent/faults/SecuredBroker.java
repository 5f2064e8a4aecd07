package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.testing.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.awaitility.Awaitility;

/**
 * A real broker in a process of its own that speaks TLS only, wants to know who speaks, and lets
 * nobody do what no ACL allows. Users are known by their names; {@code admin} may do everything.
 */
final class SecuredBroker implements AutoCloseable {
  static final String ADMIN = "admin";

  private final Path folder;
  private final int port = FreePort.any();
  private final int controller = FreePort.any();
  private final Map<String, String> passwords;
  private final BrokerProcess process;

  private SecuredBroker(Path folder, List<String> users) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.passwords =
        users.stream().collect(Collectors.toMap(it -> it, _ -> UUID.randomUUID().toString()));
    passwords.put(ADMIN, UUID.randomUUID().toString());
    certificate();
    Path data = Files.createDirectories(folder.resolve("data"));
    Path properties = folder.resolve("broker.properties");
    Files.write(
        properties,
        settings(data).entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList());
    format(data);
    this.process = new BrokerProcess(properties, folder);
  }

  /** Starts one and waits until it serves. */
  static SecuredBroker start(Path folder, List<String> users) throws Exception {
    SecuredBroker broker = new SecuredBroker(folder, users);
    broker.process.start();
    try (Admin admin = Admin.create(broker.client(ADMIN))) {
      Awaitility.await("the secured broker serves")
          .atMost(Duration.ofMinutes(1))
          .until(() -> serves(admin));
    }
    return broker;
  }

  private static boolean serves(Admin admin) throws InterruptedException {
    try {
      return admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size() == 1;
    } catch (ExecutionException | TimeoutException _) {
      return false;
    }
  }

  /** The properties of a client, by Kafka's names. */
  Map<String, Object> client(String user) {
    Map<String, Object> properties = new TreeMap<>(security(user));
    properties.put("bootstrap.servers", bootstrap());
    return properties;
  }

  String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** How a user shows who it is, and knows the broker. */
  Map<String, String> security(String user) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, passwords.get(user)),
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        folder.resolve("ca.pem").toString());
  }

  private void certificate() throws IOException {
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=broker", "-ext", "SAN=ip:127.0.0.1");
    keytool("-exportcert", "-rfc", "-file", folder.resolve("ca.pem").toString());
  }

  private void keytool(String... arguments) throws IOException {
    List<String> line =
        new java.util.ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    line.addAll(List.of(arguments));
    line.addAll(List.of("-alias", "broker", "-storetype", "PKCS12", "-storepass", "of-a-test"));
    line.addAll(List.of("-keystore", folder.resolve("broker.p12").toString()));
    Process process =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.out").toFile())
            .start();
    assertThat(process.onExit().join().exitValue()).as("keytool").isZero();
  }

  private Map<String, String> settings(Path data) {
    String users =
        passwords.entrySet().stream()
            .map(it -> "user_%s=\"%s\"".formatted(it.getKey(), it.getValue()))
            .collect(Collectors.joining(" "));
    Map<String, String> settings = new TreeMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("log.dirs", data.toString());
    settings.put(
        "listeners", "SASL_SSL://%s,CONTROLLER://127.0.0.1:%d".formatted(bootstrap(), controller));
    settings.put("listener.security.protocol.map", "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "SASL_SSL");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    settings.put("auto.create.topics.enable", "false");
    settings.put(
        "listener.name.sasl_ssl.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\" %s;"
            .formatted(ADMIN, passwords.get(ADMIN), users));
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", folder.resolve("broker.p12").toString());
    settings.put("ssl.keystore.password", "of-a-test");
    settings.put("ssl.key.password", "of-a-test");
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", folder.resolve("ca.pem").toString());
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's own listener knows nobody by name.
    settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.min.session.timeout.ms", "500");
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
    return settings;
  }

  private static void format(Path data) throws Exception {
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(nowhere)
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .run();
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
