package dev.opsagent.protocol;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What can go wrong between a client and the brokers; {@link #failure()} says what to do. */
public abstract sealed class ClientFailure extends RuntimeException
    permits BrokerUnreachable,
        TopicMissing,
        AccessDenied,
        ClientMisconfigured,
        ReadStalled,
        BusFailed,
        NoReportInTime {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  ClientFailure(Failure failure, @Nullable Throwable origin) {
    super(failure.sentence(), origin);
    this.failure = failure;
  }

  /** Action, cause and fix. */
  public Failure failure() {
    return failure;
  }

  /** What a Kafka client threw, as one of ours. */
  static ClientFailure of(String action, Throwable thrown) {
    Throwable origin = unwrapped(thrown);
    return switch (origin) {
      case ClientFailure known -> known;
      case AuthenticationException denied -> denied(action, denied);
      case AuthorizationException denied -> denied(action, denied);
      case UnknownTopicOrPartitionException missing -> missing(action, missing);
      case TimeoutException timeout -> unreachable(action, timeout);
      case DisconnectException lost -> unreachable(action, lost);
      case NetworkException lost -> unreachable(action, lost);
      case java.util.concurrent.TimeoutException timeout -> unreachable(action, timeout);
      case ConfigException wrong -> misconfigured(action, wrong);
      case KafkaException wrapper when wrapper.getCause() instanceof ConfigException wrong ->
          misconfigured(action, wrong);
      default ->
          new BusFailed(
              Failure.of(ReasonCode.INTERNAL, action, origin.toString(), "see the client's log"),
              origin);
    };
  }

  private static ClientFailure denied(String action, Throwable origin) {
    return new AccessDenied(
        Failure.of(
            ReasonCode.CREDENTIALS_REJECTED,
            action,
            text(origin),
            "check the credentials and the rights that they carry"),
        origin);
  }

  private static ClientFailure missing(String action, Throwable origin) {
    return new TopicMissing(
        Failure.of(
            ReasonCode.CONFIGURATION,
            action,
            "the topic does not exist",
            "check the topic prefix and the fleet, or create the topics"),
        origin);
  }

  private static ClientFailure unreachable(String action, Throwable origin) {
    return new BrokerUnreachable(
        Failure.passing(
            ReasonCode.UNREACHABLE,
            action,
            "no broker answered: " + text(origin),
            "check bootstrap.servers and the network, then try again: the same order runs once"),
        origin);
  }

  private static ClientFailure misconfigured(String action, Throwable origin) {
    return new ClientMisconfigured(
        Failure.of(
            ReasonCode.CONFIGURATION, action, text(origin), "correct the client's properties"),
        origin);
  }

  private static String text(Throwable origin) {
    String message = origin.getMessage();
    return message == null ? origin.getClass().getSimpleName() : message;
  }

  private static Throwable unwrapped(Throwable thrown) {
    boolean wrapper = thrown instanceof ExecutionException || thrown instanceof CompletionException;
    Throwable cause = thrown.getCause();
    return wrapper && cause != null ? unwrapped(cause) : thrown;
  }
}
