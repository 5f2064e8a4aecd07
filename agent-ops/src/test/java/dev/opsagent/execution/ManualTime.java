package dev.opsagent.execution;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;

/** One deterministic thread and a clock that is moved by hand. */
final class ManualTime implements Timers, Executor {
  private record Alarm(long at, long number, Runnable task) {}

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
  private long nanos;
  private long alarmsMade;

  @Override
  public Instant now() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(nanos + delay.toNanos(), alarmsMade++, task);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  /** Runs what is ready, and no alarm. */
  void settle() {
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
  }

  /** Moves the clock, ringing what falls due on the way. */
  void advance(Duration by) {
    long until = nanos + by.toNanos();
    settle();
    while (!alarms.isEmpty() && alarms.element().at() <= until) {
      Alarm alarm = alarms.remove();
      nanos = Math.max(nanos, alarm.at());
      alarm.task().run();
      settle();
    }
    nanos = until;
  }
}
