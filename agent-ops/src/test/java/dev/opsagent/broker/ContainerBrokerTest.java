package dev.opsagent.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Ports.Binding;
import dev.opsagent.testing.Peers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

class ContainerBrokerTest {
  private static final String IMAGE = "apache/kafka:" + AppInfoParser.getVersion();

  private final DockerClient engine = DockerClientFactory.lazyClient();

  @Test
  void itListensOnLoopbackOnly() {
    try (ContainerBroker broker = start()) {
      assertThat(bindings(broker))
          .isNotEmpty()
          .extracting(Binding::getHostIp)
          .containsOnly("127.0.0.1");
      assertThat(broker.bootstrap()).startsWith("127.0.0.1:");
    }
  }

  @Test
  void oneThatAKilledProcessHasLeftIsRemovedAndThoseOfLivingProcessesStay() {
    try (ContainerBroker living = start()) {
      String left =
          engine
              .createContainerCmd(IMAGE)
              .withLabels(Map.of(ContainerBroker.OWNER, "1 before this machine was started"))
              .exec()
              .getId();
      try (ContainerBroker next = start()) {
        assertThat(brokers()).contains(living.id(), next.id()).doesNotContain(left);
      }
    }
  }

  private ContainerBroker start() {
    Peers.require(IMAGE, this::isThere, "pull it, or run .ci/stand-in-images");
    return ContainerBroker.start(IMAGE);
  }

  private boolean isThere() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return false;
    }
    try {
      return engine.inspectImageCmd(IMAGE).exec().getId() != null;
    } catch (NotFoundException _) {
      return false;
    }
  }

  private List<Binding> bindings(ContainerBroker broker) {
    Map<?, Binding[]> published =
        engine
            .inspectContainerCmd(broker.id())
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings();
    return published.values().stream().flatMap(ContainerBrokerTest::each).toList();
  }

  private static Stream<Binding> each(Binding[] bindings) {
    return Arrays.stream(bindings);
  }

  private List<String> brokers() {
    return engine
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(List.of(ContainerBroker.OWNER))
        .exec()
        .stream()
        .map(Container::getId)
        .toList();
  }
}
