package dev.opsagent.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;

/**
 * What the poll loop knows of this worker's place in its group: the generation that transactions
 * must name, and the lease, which runs from the moment at which the last request was <em>sent</em>
 * that made the coordinator start the session timeout anew.
 */
final class Membership {
  private final LongSupplier nanoTime;
  private final long leaseNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private Optional<ConsumerGroupMetadata> group = Optional.empty();
  private Optional<Long> provenAt = Optional.empty();

  /**
   * @param lease shorter than the session timeout by a margin for clocks that run unevenly
   */
  Membership(LongSupplier nanoTime, Duration lease) {
    this.nanoTime = nanoTime;
    this.leaseNanos = lease.toNanos();
  }

  /** The session timeout less a fifth. */
  static Membership of(LongSupplier nanoTime, BusSettings settings) {
    return new Membership(nanoTime, settings.sessionTimeout().multipliedBy(4).dividedBy(5));
  }

  void publish(ConsumerGroupMetadata metadata) {
    changing(() -> group = Optional.of(metadata).filter(it -> it.generationId() >= 0));
  }

  void proven(long sentNanos) {
    changing(() -> provenAt = Optional.of(sentNanos));
  }

  /** The group has thrown this worker out, or may have. */
  void lost() {
    changing(() -> {
      group = Optional.empty();
      provenAt = Optional.empty();
    });
  }

  /** Lets everybody who waits look again. */
  void wake() {
    changing(() -> {});
  }

  Optional<ConsumerGroupMetadata> current() {
    lock.lock();
    try {
      return group;
    } finally {
      lock.unlock();
    }
  }

  boolean leaseHolds() {
    lock.lock();
    try {
      return provenAt.filter(at -> nanoTime.getAsLong() - at < leaseNanos).isPresent();
    } finally {
      lock.unlock();
    }
  }

  boolean provenSince(long nanos) {
    lock.lock();
    try {
      return provenAt.filter(at -> at - nanos >= 0).isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the lease to be renewed; false when the time is up or the caller gives up. */
  boolean awaitLease(Duration atMost, BooleanSupplier givenUp) throws InterruptedException {
    return await(atMost, this::leaseHolds, givenUp);
  }

  /** Waits for a generation other than the one that a broker has refused. */
  boolean awaitOther(
      Optional<ConsumerGroupMetadata> refused, Duration atMost, BooleanSupplier givenUp)
      throws InterruptedException {
    return await(atMost, () -> group.isPresent() && !same(group, refused), givenUp);
  }

  private static boolean same(
      Optional<ConsumerGroupMetadata> one, Optional<ConsumerGroupMetadata> other) {
    return one.map(ConsumerGroupMetadata::generationId)
            .equals(other.map(ConsumerGroupMetadata::generationId))
        && one.map(ConsumerGroupMetadata::memberId)
            .equals(other.map(ConsumerGroupMetadata::memberId));
  }

  private boolean await(Duration atMost, BooleanSupplier reached, BooleanSupplier givenUp)
      throws InterruptedException {
    long remaining = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (!reached.getAsBoolean() && !givenUp.getAsBoolean() && remaining > 0) {
        // in slices: what it gives up for may change without a signal
        long slice = Math.min(remaining, TimeUnit.MILLISECONDS.toNanos(100));
        remaining -= slice - Math.max(0, changed.awaitNanos(slice));
      }
      return reached.getAsBoolean() && !givenUp.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  private void changing(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
