package dev.opsagent.kafka;

import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.protocol.Failure;
import dev.opsagent.testing.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("core")
class TopicSetupTest {
  private final BusSettings settings = TestBus.settings(TestBroker.unique("setup"));

  @Test
  void createsWhatIsMissingAndIsContentWithItAfterwards() throws Exception {
    Setup first = ensure();
    assertThat(first)
        .isInstanceOfSatisfying(
            Setup.Ready.class,
            ready -> {
              assertThat(ready.partitions()).isEqualTo(3);
              assertThat(ready.created()).contains(settings.topics().ledger()).hasSize(11);
            });

    assertThat(ensure()).isEqualTo(new Setup.Ready(3, Set.of(), Duration.ofDays(30)));
  }

  @Test
  void refusesWrongTopicsNamingSettingFoundWantedAndFix() throws Exception {
    try (Admin admin = new Clients(settings).admin()) {
      create(
          admin,
          new NewTopic(settings.topics().tasks(), 3, (short) 1)
              .configs(Map.of("retention.ms", "1000", "max.message.bytes", "4000000")),
          new NewTopic(settings.topics().ledger(), 2, (short) 1)
              .configs(Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1")));
    }

    List<String> refused = refused(ensure());

    assertThat(refused)
        .anySatisfy(it ->
            assertThat(it)
                .contains(settings.topics().ledger())
                .contains("partitions is 2, wanted 3"))
        .anySatisfy(it ->
            assertThat(it)
                .contains("cleanup.policy is compact,delete, wanted compact")
                .contains("kafka-configs.sh --alter")
                .contains("cleanup.policy=compact"))
        .anySatisfy(it ->
            assertThat(it)
                .contains(settings.topics().tasks())
                .contains("retention.ms is 1000, wanted 1209600000 or more"));
  }

  @Test
  void whatProvesATaskIsKeptForAsLongAsTheTopicThatKeepsItTheLeast() throws Exception {
    TopicRetention retention = new TopicRetention(settings, Duration.ZERO);
    ensure();
    assertThat(ok(retention.kept())).isEqualTo(Duration.ofDays(30));
    alter(settings.topics().context(), "retention.ms", "-1");
    Awaitility.await()
        .untilAsserted(() -> assertThat(ok(retention.kept())).isEqualTo(Duration.ofDays(90)));

    alter(settings.topics().audit(), "retention.bytes", "1000000000");

    Awaitility.await()
        .untilAsserted(() -> assertThat(ok(retention.kept())).isEqualTo(Duration.ZERO));
  }

  private void alter(String topic, String setting, String value) throws Exception {
    try (Admin admin = new Clients(settings).admin()) {
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      AlterConfigOp change =
          new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
      admin
          .incrementalAlterConfigs(Map.of(resource, List.of(change)))
          .all()
          .get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void refusesAPartitionCountThatChangedEverywhere() throws Exception {
    ensure();
    try (Admin admin = new Clients(settings).admin()) {
      for (String topic :
          List.of(
              settings.topics().tasks(), settings.topics().control(), settings.topics().ledger())) {
        admin
            .createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
            .all()
            .get(10, TimeUnit.SECONDS);
      }
    }

    Awaitility.await()
        .untilAsserted(() ->
            assertThat(refused(ensure()))
                .singleElement()
                .asString()
                .contains("partitions is 5, wanted 3"));
  }

  private Setup ensure() throws InterruptedException {
    return new TopicSetup(settings, OptionalInt.of(3), (short) -1).ensure();
  }

  private static List<String> refused(Setup setup) {
    assertThat(setup).isInstanceOf(Setup.Refused.class);
    return ((Setup.Refused) setup).failures().stream().map(Failure::sentence).toList();
  }

  private static void create(Admin admin, NewTopic... topics) throws Exception {
    admin.createTopics(List.of(topics)).all().get(10, TimeUnit.SECONDS);
  }
}
