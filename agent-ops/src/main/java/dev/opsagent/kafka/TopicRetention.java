package dev.opsagent.kafka;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Retention;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TopicRole;
import dev.opsagent.protocol.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * How long the topics keep what proves a task, by their configuration.
 *
 * @param known as it was when the worker started
 */
public record TopicRetention(BusSettings settings, Duration known) implements Retention {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final List<TopicRole> PROOFS =
      List.of(TopicRole.CONTEXT, TopicRole.STATUS, TopicRole.ESCALATIONS, TopicRole.AUDIT);

  @Override
  public Answer<Duration> kept() {
    List<ConfigResource> topics =
        PROOFS.stream()
            .map(settings.topics()::name)
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    try (Admin admin = new Clients(settings).admin()) {
      Map<String, Config> found = new HashMap<>();
      admin
          .describeConfigs(topics)
          .all()
          .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .forEach((resource, config) -> found.put(resource.name(), config));
      return new Answer.Ok<>(shortest(settings.topics(), found));
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return unknown(e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unknown("it was interrupted");
    }
  }

  private static <T> Answer<T> unknown(String cause) {
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            "look up for how long the topics keep evidence",
            cause,
            "see that the brokers answer and that this user may describe topics"));
  }

  /** What is not known, or is limited by its size, is kept for no time that anybody can tell. */
  static Duration shortest(Topics topics, Map<String, Config> configurations) {
    return PROOFS.stream()
        .map(role -> of(configurations.get(topics.name(role))))
        .min(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  private static Duration of(@Nullable Config topic) {
    boolean bySize = limit(topic, "retention.bytes").filter(it -> it < 0).isEmpty();
    return bySize
        ? Duration.ZERO
        : limit(topic, "retention.ms")
            .map(it -> it < 0 ? FOR_EVER : Duration.ofMillis(it))
            .orElse(Duration.ZERO);
  }

  private static Optional<Long> limit(@Nullable Config topic, String setting) {
    return Optional.ofNullable(topic)
        .flatMap(it -> Optional.ofNullable(it.get(setting)))
        .map(ConfigEntry::value)
        .filter(it -> it.matches("-?\\d{1,18}"))
        .map(Long::parseLong);
  }
}
