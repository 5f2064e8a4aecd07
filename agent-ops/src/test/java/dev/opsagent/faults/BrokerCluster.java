package dev.opsagent.faults;

import dev.opsagent.faults.FaultyProxy.Weather;
import dev.opsagent.testing.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.awaitility.Awaitility;

/**
 * Real brokers, each in a process of its own and each reachable in two ways: directly, and through
 * a {@link FaultyProxy}. Three keep three copies of everything and acknowledge what two have.
 */
public final class BrokerCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final ListTransactionsOptions UNMARKED =
      new ListTransactionsOptions()
          .filterStates(
              Set.of(
                  TransactionState.PREPARE_COMMIT,
                  TransactionState.PREPARE_ABORT,
                  TransactionState.PREPARE_EPOCH_FENCE));

  private final List<Node> nodes;

  private record Node(int id, int direct, int proxied, int controller, FaultyProxy proxy) {
    String address() {
      return "127.0.0.1:" + direct;
    }

    String voter() {
      return id + "@127.0.0.1:" + controller;
    }
  }

  private final List<BrokerProcess> brokers = new ArrayList<>();

  private BrokerCluster(List<Node> nodes) {
    this.nodes = nodes;
  }

  /** Starts so many brokers and waits until they serve. */
  public static BrokerCluster start(Path folder, int count) {
    return start(folder, count, Map.of());
  }

  /**
   * @param further settings of every broker, by Kafka's names
   */
  public static BrokerCluster start(Path folder, int count, Map<String, String> further) {
    BrokerCluster cluster =
        new BrokerCluster(IntStream.rangeClosed(1, count).mapToObj(BrokerCluster::node).toList());
    try {
      cluster.format(folder, further);
      cluster.brokers.forEach(BrokerProcess::start);
      cluster.awaitBrokers(count);
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private static Node node(int id) {
    int proxied = FreePort.any();
    return new Node(id, FreePort.any(), proxied, FreePort.any(), FaultyProxy.start(proxied));
  }

  /** What the tests' own clients take as {@code bootstrap.servers}: no fault is in the way. */
  public String bootstrap() {
    return nodes.stream().map(Node::address).collect(Collectors.joining(","));
  }

  /** The same brokers for clients whose every byte goes through the proxies. */
  public String proxied() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.proxy().port())
        .collect(Collectors.joining(","));
  }

  /** The brokers by their numbers, which begin at 1. */
  public BrokerProcess broker(int number) {
    return brokers.get(number - 1);
  }

  public List<FaultyProxy> proxies() {
    return nodes.stream().map(Node::proxy).toList();
  }

  /** The proxy of the only broker. */
  public FaultyProxy proxy() {
    return proxies().getFirst();
  }

  /** Waits until so many brokers serve clients. */
  public void awaitBrokers(int count) {
    try (Admin admin = admin()) {
      Awaitility.await(count + " brokers serve")
          .atMost(START)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> serving(admin) == count);
    }
  }

  /**
   * SIGKILL for the only broker, at a moment when no transaction stands between its decision and
   * its markers: what clients send through the proxy is refused first. A broker that dies in that
   * moment and is started again takes the transaction's partitions for deleted, as it does not know
   * their leaders yet, and never writes the markers (seen with 4.4.0; durability.md tells more).
   */
  public void killOnlyBroker() {
    proxy().turn(new Weather.Refusing());
    try (Admin admin = admin()) {
      Awaitility.await("no transaction is decided and unmarked")
          .atMost(START)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> admin.listTransactions(UNMARKED).all().get().isEmpty());
    }
    broker(1).kill();
    proxy().turn(new Weather.Clear());
  }

  public Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrap(),
            "default.api.timeout.ms",
            10_000,
            "request.timeout.ms",
            5_000));
  }

  private static int serving(Admin admin) throws InterruptedException {
    try {
      return admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size();
    } catch (ExecutionException | TimeoutException _) {
      return 0;
    }
  }

  private void format(Path folder, Map<String, String> further) {
    String cluster = Uuid.randomUuid().toString();
    for (Node node : nodes) {
      Path data = folder.resolve("broker-" + node.id());
      Path output = folder.resolve("broker-" + node.id() + "-output");
      Path properties = folder.resolve("broker-" + node.id() + ".properties");
      Map<String, String> settings = new TreeMap<>(settings(node, data));
      settings.putAll(further);
      try {
        Files.createDirectories(data);
        Files.createDirectories(output);
        Files.write(
            properties,
            settings.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList());
        format(node.id(), cluster, data);
      } catch (Exception e) {
        throw new IllegalStateException("could not format " + data, e);
      }
      brokers.add(new BrokerProcess(properties, output));
    }
  }

  private static void format(int id, String cluster, Path data) throws Exception {
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(nowhere)
          .setNodeId(id)
          .setClusterId(cluster)
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .run();
    }
  }

  private Map<String, String> settings(Node node, Path data) {
    Map<String, String> settings = new TreeMap<>();
    settings.putAll(place(node, data));
    settings.putAll(copies(nodes.size()));
    settings.putAll(quick());
    return settings;
  }

  private Map<String, String> place(Node node, Path data) {
    String direct = "DIRECT://" + node.address();
    String voters = nodes.stream().map(Node::voter).collect(Collectors.joining(","));
    return Map.of(
        "process.roles",
        "broker,controller",
        "node.id",
        "" + node.id(),
        "log.dirs",
        data.toString(),
        "listeners",
        "%s,PROXIED://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(direct, node.proxied(), node.controller()),
        "advertised.listeners",
        "%s,PROXIED://127.0.0.1:%d".formatted(direct, node.proxy().port()),
        "listener.security.protocol.map",
        "DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name",
        "DIRECT",
        "controller.listener.names",
        "CONTROLLER",
        "controller.quorum.voters",
        voters,
        "auto.create.topics.enable",
        "false");
  }

  private static Map<String, String> copies(int brokers) {
    String copies = "" + brokers;
    String acknowledging = "" + Math.max(1, brokers - 1);
    return Map.of(
        "default.replication.factor", copies,
        "min.insync.replicas", acknowledging,
        "offsets.topic.replication.factor", copies,
        "transaction.state.log.replication.factor", copies,
        "transaction.state.log.min.isr", acknowledging,
        "share.coordinator.state.topic.replication.factor", copies,
        "share.coordinator.state.topic.min.isr", acknowledging);
  }

  /** Small, and quick to see that another broker is gone. */
  private static Map<String, String> quick() {
    return Map.of(
        "offsets.topic.num.partitions", "4",
        "transaction.state.log.num.partitions", "4",
        "group.initial.rebalance.delay.ms", "0",
        "group.min.session.timeout.ms", "500",
        "num.network.threads", "2",
        "num.io.threads", "4",
        "log.cleaner.dedupe.buffer.size", "4194304",
        "broker.session.timeout.ms", "3000",
        "broker.heartbeat.interval.ms", "500",
        "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
  }

  @Override
  public void close() {
    brokers.forEach(BrokerProcess::close);
    try {
      for (Node node : nodes) {
        node.proxy().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
