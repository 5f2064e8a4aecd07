package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.broker.EmbeddedBroker;
import dev.opsagent.execution.StepContext;
import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.protocol.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokersGoneTest {
  private final RecordingHost host = new RecordingHost();

  @Test
  void fault_13_no_effect_starts_without_brokers_and_the_worker_takes_part_again_when_they_are_back(
      @TempDir Path folder) throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
    BusSettings settings = settings(broker.bootstrap());
    BusLoop loop = start(settings);
    soon().until(loop::ready);
    RecordingHost.RecordingShard before = host.shard(0);
    assertThatCode(before.journal::check).doesNotThrowAnyException();

    broker.close();
    soon().until(() -> before.lost);
    assertThatThrownBy(before.journal::check).isInstanceOf(StepContext.LeaseLost.class);
    assertThat(loop.alive()).isTrue();

    try (EmbeddedBroker back = EmbeddedBroker.start(folder, 0)) {
      assertThat(back.bootstrap()).isEqualTo(broker.bootstrap());
      send(settings, "after the outage");
      soon().until(() -> host.committed.contains("after the outage"));
      assertThatCode(host.shard(0).journal::check).doesNotThrowAnyException();
      loop.close(Duration.ofSeconds(1));
    }
  }

  private BusLoop start(BusSettings settings) throws InterruptedException {
    Setup setup = new TopicSetup(settings, OptionalInt.of(1), (short) 1).ensure();
    assertThat(setup).isInstanceOf(Setup.Ready.class);
    BusLoop loop =
        new BusLoop(settings, (Setup.Ready) setup, host, BusListener.NONE, System::nanoTime);
    loop.start();
    return loop;
  }

  private static BusSettings settings(String bootstrap) {
    return BusSettings.of(Map.of("bootstrap.servers", bootstrap), Topics.DEFAULT, "ops", "worker-1")
        .withSessionTimeout(Duration.ofMillis(1_500))
        .withRevokeGrace(Duration.ofMillis(500));
  }

  private static void send(BusSettings settings, String value) throws Exception {
    try (Producer<byte[], byte[]> outsider = new Clients(settings).plainWriter()) {
      outsider
          .send(new ProducerRecord<>(settings.topics().tasks(), 0, null, TestBus.bytes(value)))
          .get(10, TimeUnit.SECONDS);
    }
  }

  private static ConditionFactory soon() {
    return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
  }
}
