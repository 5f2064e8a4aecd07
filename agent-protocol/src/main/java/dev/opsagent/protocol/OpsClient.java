package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent needs to hand tasks to the Ops Agent and to follow them: dispatch, control, await,
 * stream, read. Safe for use by several threads. Every failure of the brokers is a {@link
 * ClientFailure}; a message that breaks the contract is an {@link InvalidMessage} before it is
 * sent.
 */
public final class OpsClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpsClient.class);

  private final Topics topics;
  private final ClientSettings settings;
  private final ClientProperties properties;
  private final TopicReader reader;
  private final Dispatched dispatched;
  private final Set<String> seenTopics = ConcurrentHashMap.newKeySet();
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * A client that connects when it is first used.
   *
   * @param properties Kafka client properties: {@code bootstrap.servers}, security
   * @throws ClientMisconfigured when Kafka refuses the properties
   */
  public OpsClient(Map<String, ?> properties, Topics topics, ClientSettings settings) {
    this.topics = topics;
    this.settings = settings;
    this.properties = new ClientProperties(properties, settings.timeout());
    this.reader = new TopicReader(this.properties, settings);
    this.dispatched = new Dispatched(() -> reader.ends(topics.status()));
  }

  /** A client with the default settings, which writes as {@code /ops-client}. */
  public OpsClient(Map<String, ?> properties, Topics topics) {
    this(properties, topics, ClientSettings.of("/ops-client"));
  }

  /**
   * Sends an order. Orders of one caller to one target arrive in the order of the calls. When it is
   * not known whether an order arrived, sending it again is safe: the same order runs once.
   *
   * @return where the order lies, or the {@link ClientFailure}
   */
  public CompletionStage<RecordPosition> dispatch(TaskDispatch dispatch) {
    return dispatch(topics.tasks(), dispatch);
  }

  /**
   * Sends an order past every backlog, by way of the control topic. Only orders of operations that
   * overtake are taken there; others are REJECTED.
   *
   * @return where the order lies, or the {@link ClientFailure}
   */
  public CompletionStage<RecordPosition> dispatchAhead(TaskDispatch dispatch) {
    return dispatch(topics.control(), dispatch);
  }

  private CompletionStage<RecordPosition> dispatch(String topic, TaskDispatch dispatch) {
    try {
      dispatched.note(dispatch.taskId());
    } catch (ClientFailure e) {
      return CompletableFuture.failedStage(e);
    }
    return send(topic, dispatch.target(), dispatch);
  }

  /**
   * Sends a person's or the PM's word.
   *
   * @return where it lies, or the {@link ClientFailure}
   */
  public CompletionStage<RecordPosition> control(ControlMessage message) {
    return send(topics.control(), message.target(), message);
  }

  /**
   * Waits for the end of a task. Reports that were written before the call count: for a task that
   * this client dispatched, all since the dispatch; for another, all that the topic still holds.
   * Each call reads on its own; who follows many tasks takes one {@link #stream}.
   *
   * @return the end report
   * @throws NoReportInTime when the task has not ended in time
   * @throws ClientFailure when the reports cannot be read
   */
  public StatusReport await(String taskId, Duration timeout) {
    return awaiting(taskId, false).run(timeout);
  }

  /**
   * Waits like {@link #await}, but returns also as soon as the task waits for an approval or a
   * decision, which a person must give.
   */
  public StatusReport awaitEndOrPerson(String taskId, Duration timeout) {
    return awaiting(taskId, true).run(timeout);
  }

  private Awaiting awaiting(String taskId, boolean person) {
    return new Awaiting(reader, topics.status(), taskId, dispatched.since(taskId), person);
  }

  /**
   * Sends evidence about a commit, an image or a release.
   *
   * @return completed when the brokers have it, exceptionally with a {@link ClientFailure}
   */
  public CompletionStage<RecordPosition> evidence(Evidence evidence) {
    return send(topics.context(), evidence.subject().commit(), evidence);
  }

  /**
   * Hands every status report to a reader, on a thread of its own, in order per task, until the
   * subscription or this client is closed.
   *
   * @param taskId the task to follow; every task when absent
   */
  public Subscription stream(
      Optional<String> taskId, StartAt start, Consumer<StatusReport> reports) {
    Optional<byte[]> key = taskId.map(id -> id.getBytes(StandardCharsets.UTF_8));
    return subscribe(
        topics.status(),
        start,
        record -> {
          if (key.isEmpty() || Arrays.equals(key.get(), record.key())) {
            report(record).ifPresent(reports);
          }
        });
  }

  /**
   * Hands over the status reports up to where they ended when the call began, in order per task.
   *
   * @param taskId the task; every task when absent
   * @throws ClientFailure when the topic cannot be read
   */
  public void history(Optional<String> taskId, Consumer<StatusReport> reports) {
    Optional<byte[]> key = taskId.map(id -> id.getBytes(StandardCharsets.UTF_8));
    readAll(
        topics.status(),
        Optional.empty(),
        record -> {
          if (key.isEmpty() || Arrays.equals(key.get(), record.key())) {
            report(record).ifPresent(reports);
          }
        });
  }

  /**
   * Hands every record of a topic to a reader, on a thread of its own, in order per partition,
   * until the subscription or this client is closed.
   */
  public Subscription subscribe(
      String topic, StartAt start, Consumer<ConsumerRecord<byte[], byte[]>> records) {
    var consumer = reader.open(reader.starts(topic, start));
    Subscription subscription =
        new Subscription("stream " + topic, consumer, records, settings.timeout());
    subscriptions.add(subscription);
    subscription.ended().whenComplete((_, _) -> subscriptions.remove(subscription));
    return subscription.started();
  }

  /**
   * Reads a topic from its beginning, or from a time on, up to where it ended when the call began,
   * in order per partition; committed records only.
   *
   * @throws ReadStalled when an open transaction keeps the end out of reach
   * @throws ClientFailure when the topic cannot be read
   */
  public void readAll(
      String topic, Optional<Instant> from, Consumer<ConsumerRecord<byte[], byte[]>> records) {
    StartAt start = from.map(StartAt::at).orElseGet(StartAt::beginning);
    reader.readAll(topic, start, records);
  }

  static Optional<StatusReport> report(ConsumerRecord<byte[], byte[]> record) {
    try {
      EventCodec.Incoming incoming = EventCodec.read(record.value(), record.headers());
      return incoming.message() instanceof StatusReport report
          ? Optional.of(report)
          : Optional.empty();
    } catch (InvalidMessage e) {
      LOG.warn(
          "skipped {}-{}@{}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }

  private CompletionStage<RecordPosition> send(String topic, Target target, Message message) {
    return send(topic, target.key(), message);
  }

  private CompletionStage<RecordPosition> send(String topic, String key, Message message) {
    String action = "send " + MessageType.of(message).message() + " to " + topic;
    ProducerRecord<byte[], byte[]> record =
        EventCodec.write(
            topic,
            null,
            key,
            message,
            settings.source(),
            settings.ids().get(),
            settings.clock().instant(),
            Optional.empty());
    settings.signer().ifPresent(mine -> EventCodec.sign(record, mine));
    CompletableFuture<RecordPosition> sent = new CompletableFuture<>();
    try {
      lookUp(topic);
      var _ = producer().send(record, (where, failure) -> complete(sent, action, where, failure));
    } catch (ClientFailure | KafkaException e) {
      sent.completeExceptionally(ClientFailure.of(action, e));
    }
    return sent;
  }

  /** A producer cannot tell a missing topic from brokers that do not answer; an admin can. */
  private void lookUp(String topic) {
    if (!seenTopics.contains(topic)) {
      var _ = reader.partitions(topic);
      seenTopics.add(topic);
    }
  }

  private static void complete(
      CompletableFuture<RecordPosition> sent,
      String action,
      RecordMetadata where,
      @Nullable Exception failure) {
    if (failure != null) {
      sent.completeExceptionally(ClientFailure.of(action, failure));
      return;
    }
    sent.complete(new RecordPosition(where.topic(), where.partition(), where.offset()));
  }

  private synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> current = producer;
    if (current == null) {
      current = new KafkaProducer<>(properties.producer());
      producer = current;
    }
    return current;
  }

  /** Ends the subscriptions and closes the connections, each within a bounded time. */
  @Override
  public void close() {
    Set.copyOf(subscriptions).forEach(Subscription::close);
    closeProducer();
    reader.close();
  }

  private synchronized void closeProducer() {
    if (producer != null) {
      producer.close(settings.timeout());
    }
  }
}
