package dev.opsagent.bench;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends tasks to one side and hears of their ends. */
final class Load implements AutoCloseable {
  private static final int MOST_OPEN = 1 << 20;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final Duration SLICE = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Tasks tasks;
  private final Producer<byte[], byte[]> producer;
  private final EndReports reports;
  private final AtomicLongArray intended = new AtomicLongArray(MOST_OPEN);
  private final AtomicLong ended = new AtomicLong();
  private volatile Histogram latencies = histogram();
  private long sent;

  Load(String bootstrap, String tasksTopic, String statusTopic) {
    this.tasks = new Tasks(tasksTopic);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap, "acks", "all", "linger.ms", 0, "batch.size", 65536),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.reports = new EndReports(bootstrap, statusTopic, this::ended);
  }

  private static Histogram histogram() {
    return new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(5), 3);
  }

  private void ended(long number, long seen) {
    long since = intended.get((int) (number % MOST_OPEN));
    latencies.recordValue(Math.max(0, seen - since));
    ended.incrementAndGet();
  }

  private void send(long intendedAt) {
    intended.set((int) (sent % MOST_OPEN), intendedAt);
    var _ = producer.send(tasks.record(sent++));
  }

  /** Sends one task and waits for its end. */
  void one() {
    send(System.nanoTime());
    drain();
  }

  /** Has so many tasks carried out, or as many as can be in the time. */
  void warmUp(int open, long count, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    long goal = ended.get() + count;
    while (ended.get() < goal && System.nanoTime() < end) {
      keepOpen(open, SLICE);
    }
    drain();
  }

  /** How many tasks have ended. */
  long ended() {
    return ended.get();
  }

  /**
   * Keeps so many tasks open for a while.
   *
   * @param ramp the time before counting begins
   * @return tasks that ended per second, once the ramp was over
   */
  double saturate(int open, Duration ramp, Duration window) {
    keepOpen(open, ramp);
    long before = ended.get();
    long began = System.nanoTime();
    keepOpen(open, window);
    return (ended.get() - before) * 1e9 / (System.nanoTime() - began);
  }

  /** Sends until so many tasks are open. */
  void fill(int open) {
    while (sent - ended.get() < open) {
      send(System.nanoTime());
    }
    producer.flush();
  }

  private void keepOpen(int open, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
      if (sent - ended.get() < open) {
        send(now);
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /**
   * Sends at a steady rate, however slowly tasks end.
   *
   * @return nanoseconds from when each task should have been sent to when its end was seen
   */
  Histogram atRate(int perSecond, Duration time) {
    drain();
    latencies = histogram();
    long began = System.nanoTime();
    long count = perSecond * time.toMillis() / 1000;
    for (long i = 0; i < count; i++) {
      long due = began + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
      for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
        LockSupport.parkNanos(due - now);
      }
      send(due);
    }
    drain();
    return latencies;
  }

  /** Waits until every task that was sent has ended. */
  void drain() {
    long progress = System.nanoTime();
    long before = ended.get();
    BooleanSupplier open = () -> ended.get() < sent;
    while (open.getAsBoolean()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      long now = System.nanoTime();
      if (ended.get() != before) {
        before = ended.get();
        progress = now;
      }
      if (now - progress > PATIENCE.toNanos()) {
        throw new BenchFailed("%d of %d tasks have not ended".formatted(sent - before, sent));
      }
    }
  }

  int taskBytes() {
    return tasks.bytes();
  }

  @Override
  public void close() {
    reports.close();
    producer.close(Duration.ofSeconds(5));
  }
}
