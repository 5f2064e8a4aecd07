package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.intake.Delivery;
import dev.opsagent.kafka.Opening.Outcome.Opened;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * One owned partition, from its assignment to its end. Its inputs stand still until it is open. All
 * methods belong to the thread of the poll loop.
 */
final class Seat {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 8;
  private static final Duration PROVEN_GOOD = Duration.ofSeconds(30);

  private final int partition;
  private final Consumer<byte[], byte[]> consumer;
  private final Opening.Surroundings around;
  private final JournalTopics topics;
  private final Runnable nudge;

  private State state;
  private int failures;
  private final Set<Journal.Input> standing = EnumSet.allOf(Journal.Input.class);
  private boolean told;
  private long unservedSince;
  private boolean refusesTasks;
  private OptionalLong ledgerEnd = OptionalLong.empty();

  private sealed interface State {
    /**
     * @param since the group must have confirmed the assignment after this moment
     */
    record Closed(long since, long notBefore) implements State {}

    record Under(Opening opening, long since) implements State {}

    record Open(Opened opened, long since) implements State {}
  }

  Seat(
      int partition,
      Consumer<byte[], byte[]> consumer,
      Opening.Surroundings around,
      Runnable nudge) {
    this.partition = partition;
    this.consumer = consumer;
    this.around = around;
    this.topics = around.topics(partition);
    this.nudge = nudge;
    this.state = new State.Closed(now(), now());
    this.unservedSince = now();
    consumer.pause(inputs());
    // Any position will do until the partition opens; without one, polling would look them up.
    inputs().forEach(input -> consumer.seek(input, 0));
  }

  boolean isOpen() {
    return state instanceof State.Open;
  }

  boolean isFull() {
    return isOpen() && standing.contains(Journal.Input.TASKS);
  }

  /** Whether nothing but the group's answer is missing to open it. */
  boolean waitsForProof() {
    return state instanceof State.Closed(long since, long notBefore)
        && now() - notBefore >= 0
        && !around.membership().provenSince(since);
  }

  TopicPartition ledger() {
    return topics.ledger();
  }

  /** The end of the ledger, as far as this seat knows it. */
  OptionalLong ledgerEnd() {
    if (state instanceof State.Open(Opened opened, _)) {
      ledgerEnd = OptionalLong.of(opened.journal().ledgerEnd());
    }
    return ledgerEnd;
  }

  /** Does what has become due. */
  void tend() {
    switch (state) {
      case State.Closed closed -> openWhenConfirmed(closed);
      case State.Under(Opening opening, long since) ->
          opening.outcome().ifPresent(outcome -> opened(outcome, since));
      case State.Open(Opened opened, long since) -> keep(opened, since);
    }
  }

  private void openWhenConfirmed(State.Closed closed) {
    boolean due = now() - closed.notBefore() >= 0;
    if (due && around.membership().provenSince(closed.since())) {
      state = new State.Under(Opening.start(around, partition, nudge), now());
    }
  }

  private void opened(Opening.Outcome outcome, long since) {
    switch (outcome) {
      case Opened opened -> {
        opened.positions().inputs().forEach((in, at) -> consumer.seek(topics.input(in), at));
        state = new State.Open(opened, now());
        letFlow(opened.shard());
        around.listener().opened(partition, Duration.ofNanos(now() - since));
        if (opened.refusedBefore()) {
          around.listener().served(partition);
        }
        told = false;
      }
      case Opening.Outcome.Failed(var failure) -> {
        around.listener().refused(partition, failure);
        tellWhenItLasts(failure);
        rest();
      }
    }
  }

  /** Brokers that do not answer may do so in a moment; a ledger that cannot be read may not. */
  private void tellWhenItLasts(Failure failure) {
    long bound = around.settings().restoreTimeout().toNanos();
    boolean passing = failure.code() == ReasonCode.UNREACHABLE;
    if (!told && (!passing || now() - unservedSince > bound)) {
      told = true;
      around.listener().unserved(partition, failure);
    }
  }

  /** Takes no further task; what runs goes on, and control messages are obeyed. */
  void refuseTasks() {
    refusesTasks = true;
  }

  private void keep(Opened opened, long since) {
    unservedSince = now();
    if (opened.journal().lostBecause().isPresent()) {
      failures = now() - since > PROVEN_GOOD.toNanos() ? 0 : failures;
      giveUp("its journal is lost");
      return;
    }
    if (opened.shard().ended()) {
      opened.journal().lose("its tasks have stopped");
      giveUp("its tasks have stopped");
      return;
    }
    letFlow(opened.shard());
  }

  private void letFlow(PartitionHost.Shard shard) {
    for (Journal.Input input : Journal.Input.values()) {
      boolean refused = refusesTasks && input == Journal.Input.TASKS;
      if (refused || shard.full(input)) {
        stop(input);
      } else if (standing.remove(input)) {
        consumer.resume(List.of(topics.input(input)));
      }
    }
  }

  private void stop(Journal.Input input) {
    if (standing.add(input)) {
      consumer.pause(List.of(topics.input(input)));
    }
  }

  void deliver(ConsumerRecord<byte[], byte[]> record) {
    if (!(state instanceof State.Open(Opened opened, _))) {
      return; // it will be read again: opening sets the positions
    }
    try {
      opened.shard().deliver(delivery(input(record.topic()), record));
    } catch (RuntimeException e) {
      opened.journal().lose("record " + record.offset() + " could not be taken: " + e);
      giveUp("a record could not be taken");
    }
  }

  /** Kills what runs, and begins anew once the group confirms the assignment. */
  void giveUp(String why) {
    lost(why);
    Arrays.stream(Journal.Input.values()).forEach(this::stop);
    rest();
  }

  /** The partition is, or may be, another worker's. */
  void lost(String why) {
    switch (state) {
      case State.Closed _ -> {}
      case State.Under(Opening opening, _) -> opening.cancel();
      case State.Open(Opened opened, _) -> {
        opened.journal().lose(why);
        opened.shard().lost();
        opened.journal().close();
      }
    }
    state = new State.Closed(now(), now());
  }

  /** What must be done before the partition is let go of, if it is open. */
  Optional<HandOver> handOver(Duration grace) {
    if (!(state instanceof State.Open(Opened opened, _))) {
      lost("the partition was handed over");
      return Optional.empty();
    }
    state = new State.Closed(now(), now());
    return Optional.of(HandOver.start(opened, partition, grace));
  }

  void reportLag() {
    if (isOpen()) {
      for (Journal.Input input : Journal.Input.values()) {
        consumer
            .currentLag(topics.input(input))
            .ifPresent(lag -> around.listener().lag(partition, input, lag));
      }
    }
  }

  private void rest() {
    long pause = FIRST_PAUSE.toNanos() << Math.min(failures, MOST_DOUBLINGS);
    failures++;
    state = new State.Closed(now(), now() + pause);
  }

  static Delivery delivery(Journal.Input input, ConsumerRecord<byte[], byte[]> record) {
    Map<String, byte[]> headers = new HashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), header.value() == null ? new byte[0] : header.value());
    }
    return new Delivery(
        input,
        record.partition(),
        record.offset(),
        Optional.ofNullable(record.key()),
        Optional.ofNullable(record.value()),
        headers,
        Instant.ofEpochMilli(record.timestamp()));
  }

  private Journal.Input input(String topic) {
    return Arrays.stream(Journal.Input.values())
        .filter(input -> topics.input(input).topic().equals(topic))
        .findFirst()
        .orElseThrow();
  }

  private List<TopicPartition> inputs() {
    return Arrays.stream(Journal.Input.values()).map(topics::input).toList();
  }

  private long now() {
    return around.nanoTime().getAsLong();
  }
}
