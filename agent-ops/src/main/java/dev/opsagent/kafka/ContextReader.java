package dev.opsagent.kafka;

import dev.opsagent.evidence.EvidenceTable;
import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.EvidenceTable.Unread;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.EventSignature;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.EvidenceGlance;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.RecordPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the table of evidence as {@code agents.context} says it is. Every worker reads all of the
 * topic, outside the group, on a thread of its own: evidence belongs to no partition of tasks.
 */
public final class ContextReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContextReader.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LOOK_ROUND = Duration.ofSeconds(30);
  private static final Duration LEAVE = Duration.ofSeconds(5);

  private final String topic;
  private final Admission admission;
  private final EvidenceTable table;
  private final Supplier<String> also;
  private final InstantSource clock;
  private final Consumer<byte[], byte[]> consumer;
  private final Admin admin;
  private final TopicEnds ends;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<TopicPartition, Long> backlog = new ConcurrentHashMap<>();
  private Optional<String> trouble = Optional.of("it was not read yet");

  /** Judges who says it before it counts. */
  public interface Admission {
    /**
     * Whether the evidence may count; what becomes of a refusal is its own business.
     *
     * @param appendedAt when the broker took it, by the broker's clock
     */
    boolean admits(Incoming incoming, RecordPosition place, Instant appendedAt);

    /** Whether what was admitted by the key still counts. */
    boolean upholds(Optional<String> keyId, Instant appendedAt);
  }

  /**
   * @param also what else the gates depend on; another value is told like new evidence
   */
  public ContextReader(
      BusSettings settings,
      Admission admission,
      EvidenceTable table,
      Supplier<String> also,
      InstantSource clock) {
    Clients clients = new Clients(settings);
    this.topic = settings.topics().context();
    this.admission = admission;
    this.table = table;
    this.also = also;
    this.clock = clock;
    this.consumer = clients.context();
    this.admin = clients.admin();
    this.ends = new TopicEnds(admin, topic);
    this.thread = Thread.ofPlatform().name("context").daemon().unstarted(this::run);
  }

  /** Begins to read; returns at once. */
  public void start() {
    thread.start();
  }

  /**
   * Has the listener called whenever the table, or what it depends on, may have changed; on the
   * reader's thread, which must not be blocked.
   *
   * @return calls it off
   */
  public Runnable onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Waits until all that is in the topic now is in the table; empty once it is. */
  public Optional<Failure> catchUp(Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    try {
      Map<TopicPartition, Long> wanted = ends.next().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return awaitPositions(wanted, until) ? Optional.empty() : Optional.of(behind(trouble()));
    } catch (ExecutionException e) {
      return Optional.of(behind("the topic's end is not told: " + e.getCause()));
    } catch (TimeoutException e) {
      return Optional.of(behind("the topic's end is not told in time"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(behind("it was cut off"));
    }
  }

  /**
   * Whether the table holds all that was in the topic when this worker came, and the topic can be
   * read.
   */
  public synchronized boolean isCurrent() {
    return trouble.isEmpty() && hasReached(backlog);
  }

  private synchronized boolean awaitPositions(Map<TopicPartition, Long> ends, long until)
      throws InterruptedException {
    while (!hasReached(ends)) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  private boolean hasReached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(it -> positions.getOrDefault(it.getKey(), -1L) >= it.getValue());
  }

  private synchronized String trouble() {
    return trouble.orElse("it is behind");
  }

  private Failure behind(String cause) {
    return Failure.passing(
        ReasonCode.UNREACHABLE,
        "look evidence up in " + topic,
        cause,
        "see that the brokers answer and that this user may read the topic");
  }

  private void run() {
    try {
      while (closing.getCount() > 0) {
        try {
          follow();
        } catch (WakeupException _) {
          LOG.debug("the reader of {} is woken", topic);
        } catch (InvalidOffsetException e) {
          consumer.seekToBeginning(e.partitions()); // what was removed had expired
        } catch (KafkaException e) {
          fails(String.valueOf(e.getMessage()));
          boolean _ = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException _) {
      LOG.debug("the reader of {} is interrupted", topic);
    } finally {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(LEAVE));
      admin.close(Duration.ZERO);
    }
  }

  private void follow() {
    assign();
    String known = also.get();
    long lookAgain = System.nanoTime() + LOOK_ROUND.toNanos();
    while (closing.getCount() > 0 && System.nanoTime() - lookAgain < 0) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      boolean changed = false;
      for (ConsumerRecord<byte[], byte[]> record : records) {
        changed |= take(record);
      }
      arrived();
      String now = also.get();
      if (changed || !now.equals(known)) {
        known = now;
        listeners.forEach(Runnable::run);
      }
    }
    table.forgetExpired(clock.instant().minus(Duration.ofDays(1)));
  }

  /** A topic may grow: what is new in it is read from its beginning. */
  private void assign() {
    List<TopicPartition> all =
        consumer.partitionsFor(topic).stream()
            .map(it -> new TopicPartition(topic, it.partition()))
            .toList();
    List<TopicPartition> fresh =
        all.stream().filter(it -> !consumer.assignment().contains(it)).toList();
    if (!fresh.isEmpty()) {
      Map<TopicPartition, Long> kept =
          consumer.assignment().stream().collect(Collectors.toMap(it -> it, consumer::position));
      consumer.assign(all);
      kept.forEach(consumer::seek);
      consumer.seekToBeginning(fresh);
      backlog.putAll(consumer.endOffsets(fresh));
    }
  }

  private synchronized void arrived() {
    consumer.assignment().forEach(it -> positions.put(it, consumer.position(it)));
    trouble = Optional.empty();
    notifyAll();
  }

  private synchronized void fails(String why) {
    if (trouble.isEmpty()) {
      LOG.warn("evidence cannot be read: {}", why);
    }
    trouble = Optional.of(why);
  }

  private boolean take(ConsumerRecord<byte[], byte[]> record) {
    Optional<EvidenceGlance> seen = isOld(record) ? glance(record) : Optional.empty();
    if (seen.isEmpty()) {
      return read(record).filter(table::put).isPresent();
    }
    if (lasts(seen.get().expiresAt())) {
      table.defer(new Unread(seen.get().subject(), seen.get().expiresAt(), () -> read(record)));
      return true;
    }
    return false;
  }

  /** Whether it lay there when this worker came: then there may be very much of it. */
  private boolean isOld(ConsumerRecord<byte[], byte[]> record) {
    long end = backlog.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
    return record.offset() < end;
  }

  private static Optional<EvidenceGlance> glance(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.value())
        .flatMap(it -> EvidenceGlance.at(it, record.headers()));
  }

  /** The evidence in the record, if it counts. */
  private Optional<Piece> read(ConsumerRecord<byte[], byte[]> record) {
    RecordPosition place = new RecordPosition(record.topic(), record.partition(), record.offset());
    try {
      Incoming incoming = EventCodec.read(record.value(), record.headers());
      Instant appendedAt = Instant.ofEpochMilli(record.timestamp());
      if (!(incoming.message() instanceof Evidence evidence)
          || !lasts(evidence.expiresAt())
          || !admission.admits(incoming, place, appendedAt)) {
        return Optional.empty();
      }
      Optional<String> key = incoming.signature().flatMap(EventSignature::keyId);
      return Optional.of(
          new Piece(evidence, place.toString(), () -> admission.upholds(key, appendedAt)));
    } catch (InvalidMessage broken) {
      LOG.warn("{} is no evidence: {}", place, broken.getMessage());
      return Optional.empty();
    }
  }

  /** What has been over for long says nothing, and is not worth its room. */
  private boolean lasts(Instant expiresAt) {
    return expiresAt.isAfter(clock.instant().minus(Duration.ofDays(1)));
  }

  @Override
  public void close() {
    closing.countDown();
    consumer.wakeup();
    try {
      thread.join(LEAVE.toMillis());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
