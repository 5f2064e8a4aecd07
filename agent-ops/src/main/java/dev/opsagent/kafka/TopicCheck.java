package dev.opsagent.kafka;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TopicRole;
import dev.opsagent.protocol.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;

/** Holds the topics as they are against the contract. */
final class TopicCheck {
  private final Topics topics;
  private final Map<String, TopicDescription> found;
  private final Map<String, Config> configurations;

  TopicCheck(
      Topics topics, Map<String, TopicDescription> found, Map<String, Config> configurations) {
    this.topics = topics;
    this.found = Map.copyOf(found);
    this.configurations = Map.copyOf(configurations);
  }

  /** The partitions of {@code pm.tasks}. */
  int partitions() {
    return count(topics.tasks());
  }

  List<Failure> failures() {
    List<Failure> failures = new ArrayList<>();
    for (TopicRole role : TopicRole.values()) {
      partitionFault(role).ifPresent(failures::add);
      role.configuration()
          .forEach(
              (setting, wanted) -> settingFault(role, setting, wanted).ifPresent(failures::add));
    }
    return failures;
  }

  Failure countChanged(int recorded) {
    return Failure.of(
        ReasonCode.CONFIGURATION,
        "use topic " + topics.tasks(),
        "partitions is " + partitions() + ", wanted " + recorded + " as when the fleet began",
        "move to a new fleet, or to new topics under another prefix: targets would change places");
  }

  private Optional<Failure> partitionFault(TopicRole role) {
    String topic = topics.name(role);
    if (!role.coPartitioned() || count(topic) == partitions()) {
      return Optional.empty();
    }
    String wanted = partitions() + " as " + topics.tasks() + " has";
    String fix =
        count(topic) < partitions()
            ? "kafka-topics.sh --alter --topic %s --partitions %d".formatted(topic, partitions())
            : "create the topics anew with equal partitions, or choose another prefix";
    return Optional.of(fault(topic, "partitions", "" + count(topic), wanted, fix));
  }

  private Optional<Failure> settingFault(TopicRole role, String setting, String wanted) {
    String topic = topics.name(role);
    String standing = setting(topic, setting);
    if (satisfies(setting, standing, wanted)) {
      return Optional.empty();
    }
    String fix =
        "kafka-configs.sh --alter --entity-type topics --entity-name %s --add-config %s=%s"
            .formatted(topic, setting, wanted);
    return Optional.of(fault(topic, setting, standing, words(setting, wanted), fix));
  }

  private static boolean satisfies(String setting, String standing, String wanted) {
    return switch (setting) {
      case "retention.ms", "retention.bytes", "max.message.bytes" ->
          limit(standing) >= limit(wanted);
      default -> standing.equals(wanted);
    };
  }

  /** -1 stands for no limit. */
  private static long limit(String value) {
    try {
      long number = Long.parseLong(value);
      return number < 0 ? Long.MAX_VALUE : number;
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  private static String words(String setting, String wanted) {
    return limit(wanted) > 0 && limit(wanted) < Long.MAX_VALUE && !setting.equals("cleanup.policy")
        ? wanted + " or more"
        : wanted;
  }

  private String setting(String topic, String setting) {
    Config configuration = configurations.get(topic);
    ConfigEntry entry = configuration == null ? null : configuration.get(setting);
    String value = entry == null ? null : entry.value();
    return value == null ? "unknown" : value;
  }

  private int count(String topic) {
    TopicDescription description = found.get(topic);
    return description == null ? 0 : description.partitions().size();
  }

  private static Failure fault(
      String topic, String setting, String standing, String wanted, String fix) {
    return Failure.of(
        ReasonCode.CONFIGURATION,
        "use topic " + topic,
        setting + " is " + standing + ", wanted " + wanted,
        fix);
  }
}
