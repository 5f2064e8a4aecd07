package dev.opsagent.bench;

import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Counts how often it was probed; its effect never comes to stand and never ends. */
final class HeldSteps implements Step {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final CountDownLatch probes;

  HeldSteps(int count) {
    this.probes = new CountDownLatch(count);
  }

  @Override
  public Probe probe(StepContext context) {
    probes.countDown();
    return new Probe.Missing();
  }

  @Override
  public Outcome apply(StepContext context) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("the worker is killed before this ends");
  }

  @Override
  public Undo undo(StepContext context) {
    return new Undo.Undone();
  }

  /**
   * Says, once all were probed, how long that took.
   *
   * @param ready when the last partition was restored, in nanoseconds
   * @param restore how long that had taken by then, in milliseconds, as soon as it is known
   */
  @SuppressWarnings("SystemOut") // the parent reads it
  void tell(long ready, Supplier<OptionalLong> restore) {
    try {
      probes.await();
      long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ready);
      OptionalLong known = restore.get();
      for (; known.isEmpty(); known = restore.get()) {
        Thread.sleep(PAUSE);
      }
      long millis = known.orElseThrow();
      System.out.println(
          "{\"restoreMillis\":%d,\"probedMillis\":%d}"
              .formatted(millis, Math.max(0, since + millis)));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
