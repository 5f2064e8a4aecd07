package dev.opsagent.simulation;

import dev.opsagent.execution.Timers;
import dev.opsagent.simulation.Threads.Abandoned;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * A worker's process: its clock, its threads and its disk. It can be killed, and it can be stopped
 * for a while without noticing.
 */
final class SimulatedProcess implements Timers, Executor {
  private final String name;
  private final VirtualTime time;
  private final Threads threads;

  /** What the steps that work in a workspace have left there. */
  private final Set<String> disk;

  private Duration skew;
  private long stoppedUntil;
  private boolean alive = true;

  SimulatedProcess(
      String name, VirtualTime time, Threads threads, Duration skew, Set<String> disk) {
    this.name = name;
    this.time = time;
    this.threads = threads;
    this.skew = skew;
    this.disk = new HashSet<>(disk);
  }

  String name() {
    return name;
  }

  Set<String> disk() {
    return disk;
  }

  boolean alive() {
    return alive;
  }

  boolean stopped() {
    return time.nanoTime() < stoppedUntil;
  }

  /** Nothing of it runs any more. */
  void kill() {
    alive = false;
  }

  /** Nothing of it runs for so long. */
  void stop(Duration duration) {
    stoppedUntil = time.nanoTime() + duration.toNanos();
  }

  /** Its wall clock jumps. */
  void turnClock(Duration by) {
    skew = skew.plus(by);
  }

  @Override
  public Instant now() {
    return time.now().plus(skew);
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return time.schedule(delay, () -> run(task));
  }

  @Override
  public void execute(Runnable task) {
    time.execute(() -> run(task));
  }

  private void run(Runnable task) {
    if (!alive) {
      return;
    }
    if (stopped()) {
      var _ = time.schedule(rest(), () -> run(task));
      return;
    }
    task.run();
  }

  private Duration rest() {
    return Duration.ofNanos(stoppedUntil - time.nanoTime());
  }

  /** Lets the work that calls it wait. */
  void sleep(Duration duration) throws InterruptedException {
    if (!duration.isZero()) {
      threads.sleep(duration);
    }
    while (alive && stopped()) {
      threads.sleep(rest());
    }
    if (!alive) {
      throw new Abandoned();
    }
  }
}
