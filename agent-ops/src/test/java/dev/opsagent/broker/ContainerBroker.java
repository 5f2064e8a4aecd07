package dev.opsagent.broker;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import dev.opsagent.testing.Peers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Kafka in a container that Testcontainers keeps, with the settings of the embedded broker and
 * listening on loopback only. It goes when this JVM ends; where that was killed, the next one that
 * starts a broker removes it.
 */
public final class ContainerBroker implements AutoCloseable {
  /** On each container: the process that started it. */
  static final String OWNER = "dev.opsagent.test-broker";

  private static final int PORT = 9092;

  private final KafkaContainer container;

  private ContainerBroker(KafkaContainer container) {
    this.container = container;
  }

  /**
   * Starts one and returns when it serves clients, after some seconds.
   *
   * @param image Apache Kafka's, or one that keeps to its contract; pulled when it is not there
   */
  public static ContainerBroker start(String image) {
    Peers.require(
        "Docker",
        () -> DockerClientFactory.instance().isDockerAvailable(),
        "run .ci/install-packages, .ci/start-docker");
    removeAbandoned(DockerClientFactory.lazyClient());
    KafkaContainer container = container(image);
    container.start();
    return new ContainerBroker(container);
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrap() {
    return container.getBootstrapServers();
  }

  /** Its container's id. */
  String id() {
    return container.getContainerId();
  }

  /** Removes it and what it kept. */
  @Override
  public void close() {
    container.stop();
  }

  private static KafkaContainer container(String image) {
    DockerImageName name = DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka");
    return new KafkaContainer(name)
        .withEnv(variables())
        .withEnv("KAFKA_HEAP_OPTS", "-Xmx512m")
        .withLabel(OWNER, owner(ProcessHandle.current()))
        .withCreateContainerCmdModifier(ContainerBroker::onLoopback);
  }

  /** The image makes a setting of each variable: lower case, with dots. */
  private static Map<String, String> variables() {
    return BrokerSettings.anywhere().entrySet().stream()
        .collect(
            toMap(
                setting -> variable(setting.getKey()),
                setting -> String.valueOf(setting.getValue())));
  }

  private static String variable(String setting) {
    return "KAFKA_" + setting.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static void onLoopback(CreateContainerCmd create) {
    PortBinding binding = new PortBinding(Binding.bindIp("127.0.0.1"), ExposedPort.tcp(PORT));
    Objects.requireNonNull(create.getHostConfig()).withPortBindings(binding);
  }

  private static void removeAbandoned(DockerClient engine) {
    List<Container> brokers =
        engine.listContainersCmd().withShowAll(true).withLabelFilter(List.of(OWNER)).exec();
    Set<String> living = ProcessHandle.allProcesses().map(ContainerBroker::owner).collect(toSet());
    brokers.stream()
        .filter(broker -> !living.contains(broker.getLabels().get(OWNER)))
        .forEach(broker -> remove(engine, broker.getId()));
  }

  private static void remove(DockerClient engine, String id) {
    try {
      engine.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException | ConflictException _) {
      // another process removes it
    }
  }

  /** A process, told from a later one that has its number. */
  private static String owner(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }
}
