package dev.opsagent.kafka;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus loop of a worker, begun anew when the wall clock is set back. The timers of Kafka's
 * clients go by that clock: set back by an hour, they stand still for an hour, no heartbeat is sent
 * and no poll returns.
 */
public final class Bus {
  private static final Logger LOG = LoggerFactory.getLogger(Bus.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Standing still for less than this does no harm. */
  private static final Duration LEAP = Duration.ofSeconds(1);

  private final Supplier<BusLoop> loops;
  private final Duration grace;
  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread watch = Thread.ofPlatform().name("clock").daemon().unstarted(this::watch);
  private volatile BusLoop loop;
  private volatile boolean beginningAnew;

  /**
   * @param loops makes a loop that has not been started
   * @param grace for the steps that run when a loop is begun anew
   * @param wall the clock that Kafka's clients go by
   * @param nanoTime monotonic, in nanoseconds
   */
  public Bus(Supplier<BusLoop> loops, Duration grace, InstantSource wall, LongSupplier nanoTime) {
    this.loops = loops;
    this.grace = grace;
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.loop = loops.get();
  }

  /** Joins the group. Returns at once. */
  public void start() {
    loop.start();
    watch.start();
  }

  /** Whether every partition that the group has given to this worker takes records. */
  public boolean ready() {
    return loop.ready();
  }

  /** Whether the bus is read, or will be in a moment. */
  public boolean alive() {
    return beginningAnew || loop.alive();
  }

  private void watch() {
    try {
      long before = behind();
      while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = behind();
        if (now - before > LEAP.toMillis()) {
          LOG.warn("the clock was set back by {} ms: the bus loop begins anew", now - before);
          beginAnew();
        }
        before = now;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** How far the wall clock is behind monotonic time, in milliseconds; only changes say much. */
  private long behind() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong()) - wall.millis();
  }

  private synchronized void beginAnew() throws InterruptedException {
    if (closing.getCount() == 0) {
      return;
    }
    beginningAnew = true;
    try {
      loop.close(grace);
      loop = loops.get();
      loop.start();
    } finally {
      beginningAnew = false;
    }
  }

  /**
   * Hands all partitions over and leaves the group.
   *
   * @param forSteps grace time for the steps that run
   */
  public void close(Duration forSteps) throws InterruptedException {
    closing.countDown();
    synchronized (this) {
      loop.close(forSteps);
    }
  }
}
