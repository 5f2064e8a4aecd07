package dev.opsagent.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Proves to this worker that the group still counts on it, by plain offset commits: the coordinator
 * takes them from current members only, and starts the member's session timeout anew with each. A
 * transaction that carries offsets proves membership too, but leaves the session as it was, so that
 * a worker whose heartbeats no longer arrive could be thrown out right after one.
 *
 * <p>What it commits is the end of the owned partitions' ledgers, which nobody reads by offset.
 */
final class MembershipProof {
  private static final Duration RETRY = Duration.ofMillis(50);

  private final Consumer<byte[], byte[]> consumer;
  private final Membership membership;
  private final LongSupplier nanoTime;
  private final Duration session;

  private long due;
  private Optional<Long> sent = Optional.empty();

  MembershipProof(
      Consumer<byte[], byte[]> consumer,
      Membership membership,
      LongSupplier nanoTime,
      Duration session) {
    this.consumer = consumer;
    this.membership = membership;
    this.nanoTime = nanoTime;
    this.session = session;
    this.due = nanoTime.getAsLong();
  }

  /** Four times in a session timeout, or as soon as it can be. */
  void renew(Collection<Seat> seats, boolean soon) {
    long now = nanoTime.getAsLong();
    boolean waiting = sent.filter(at -> now - at < session.toNanos()).isPresent();
    if (seats.isEmpty() || waiting || (!soon && now - due < 0)) {
      return;
    }
    sent = Optional.of(now);
    due = now + session.toNanos() / 4;
    consumer.commitAsync(offsets(seats), (_, failure) -> answered(now, failure == null));
  }

  /** For use where nobody polls. */
  void renewAndWait(Collection<Seat> seats) {
    long now = nanoTime.getAsLong();
    if (seats.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets(seats), session.dividedBy(4));
      membership.proven(now);
    } catch (KafkaException _) {
      membership.wake(); // no proof is no failure: the lease runs out by itself
    }
  }

  private void answered(long sentAt, boolean proven) {
    if (sent.filter(at -> at == sentAt).isEmpty()) {
      return; // too late to count: another one is under way
    }
    sent = Optional.empty();
    if (proven) {
      membership.proven(sentAt);
      return;
    }
    due = nanoTime.getAsLong() + RETRY.toNanos();
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(Collection<Seat> seats) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (Seat seat : seats) {
      seat.ledgerEnd().ifPresent(end -> offsets.put(seat.ledger(), new OffsetAndMetadata(end)));
    }
    if (offsets.isEmpty()) {
      offsets.put(seats.iterator().next().ledger(), new OffsetAndMetadata(0));
    }
    return offsets;
  }
}
