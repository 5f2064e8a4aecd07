package dev.opsagent.simulation;

import dev.opsagent.execution.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.function.IntUnaryOperator;

/**
 * A clock that is moved by hand, and the queue of what is to run: nothing happens but in turn, on
 * one thread at a time, so that the same work always happens in the same order.
 */
public final class VirtualTime implements Timers, Executor {
  private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::number));
  private final IntUnaryOperator choice;
  private long nanos;
  private long alarmsMade;

  private record Alarm(long at, long number, Runnable task) {}

  /** Time in which what is ready runs in the order in which it became so. */
  public VirtualTime() {
    this(_ -> 0);
  }

  /**
   * @param choice which of so many that are ready runs next, from 0
   */
  VirtualTime(IntUnaryOperator choice) {
    this.choice = choice;
  }

  @Override
  public Instant now() {
    return BEGINNING.plusNanos(nanos);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(nanos + Math.max(0, delay.toNanos()), alarmsMade++, task);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  /** Runs what is ready, and no alarm. */
  public void settle() {
    while (!ready.isEmpty()) {
      ready.removeFirst().run();
    }
  }

  /** Moves the clock, ringing what falls due on the way. */
  public void advance(Duration by) {
    long until = nanos + by.toNanos();
    settle();
    while (!alarms.isEmpty() && alarms.element().at() <= until) {
      ring().run();
      settle();
    }
    nanos = until;
  }

  /** The next thing to happen up to this time; the clock moves there. Absent when there is none. */
  Optional<Runnable> next(long until) {
    if (!ready.isEmpty()) {
      return Optional.of(ready.remove(choice.applyAsInt(ready.size())));
    }
    return alarms.isEmpty() || alarms.element().at() > until
        ? Optional.empty()
        : Optional.of(ring());
  }

  private Runnable ring() {
    Alarm alarm = alarms.remove();
    nanos = Math.max(nanos, alarm.at());
    return alarm.task();
  }
}
