package dev.opsagent.simulation;

import dev.opsagent.execution.Timers.Scheduled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a simulation, of which exactly one is awake. Work runs on the thread that has the
 * turn, which costs nothing as long as it does not wait. Work that waits, such as a slow tool,
 * really sleeps in the middle: its thread hands the turn to another one and gets it back when the
 * virtual time has come, or when it is interrupted. So a step can be caught at any of its points
 * with its effect done or not, and an interrupt is a real one, while all of it stays deterministic.
 *
 * <p>A thread is used again once its work is done. An interrupt that comes too late may therefore
 * cut off what runs there next; to that work it is a tool that was cut off for no reason.
 */
final class Threads implements AutoCloseable {
  private final ArrayDeque<Runner> idle = new ArrayDeque<>();
  private final List<Runner> all = new ArrayList<>();
  private final Set<Sleeper> sleeping = new LinkedHashSet<>();
  private final Semaphore over = new Semaphore(0);
  private VirtualTime time = new VirtualTime();
  private BooleanSupplier until = () -> true;
  private long limit;
  private boolean abandoning;
  private boolean closed;
  private @Nullable Throwable failure;

  /** Unwinds work that nobody waits for any more; no step or engine catches it. */
  static final class Abandoned extends Error {
    private static final long serialVersionUID = 1L;

    Abandoned() {
      super("nobody waits for this any more", null, false, false);
    }
  }

  /**
   * Lets things happen until the condition holds, nothing is left to happen, or the time is over;
   * then abandons what still sleeps.
   */
  void run(VirtualTime simulated, Duration atMost, BooleanSupplier condition) {
    time = simulated;
    until = condition;
    limit = simulated.nanoTime() + atMost.toNanos();
    abandoning = false;
    failure = null;
    handOn();
    over.acquireUninterruptibly();
    if (failure != null) {
      throw new IllegalStateException("the simulation itself broke", failure);
    }
  }

  /** Lets the calling work wait. Only for work that {@link #run} has begun. */
  void sleep(Duration duration) throws InterruptedException {
    Runner self = (Runner) Thread.currentThread();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Sleeper sleeper = new Sleeper(self, time);
    sleeper.alarm = Optional.of(time.schedule(duration, sleeper));
    self.sleeper = sleeper;
    sleeping.add(sleeper);
    handOn();
    self.turn.acquireUninterruptibly();
    self.sleeper = null;
    if (abandoning) {
      throw new Abandoned();
    }
    if (sleeper.interrupted) {
      throw new InterruptedException();
    }
  }

  private void handOn() {
    Runner next = idle.poll();
    if (next == null) {
      next = new Runner();
      all.add(next);
      next.start();
    }
    next.turn.release();
  }

  private Optional<Runnable> next() {
    if (!abandoning && (failure != null || until.getAsBoolean())) {
      abandoning = true;
    }
    if (!abandoning) {
      Optional<Runnable> next = time.next(limit);
      if (next.isPresent()) {
        return next;
      }
      abandoning = true;
    }
    return sleeping.stream().findFirst().map(sleeper -> sleeper);
  }

  @Override
  public void close() {
    closed = true;
    all.forEach(runner -> runner.turn.release());
  }

  /** Work that waits: running it gives the turn to its thread. */
  private static final class Sleeper implements Runnable {
    private final Runner runner;
    private final VirtualTime time;
    private Optional<Scheduled> alarm = Optional.empty();
    private boolean interrupted;

    Sleeper(Runner runner, VirtualTime time) {
      this.runner = runner;
      this.time = time;
    }

    void interrupt() {
      if (!interrupted) {
        interrupted = true;
        alarm.ifPresent(Scheduled::cancel);
        time.execute(this);
      }
    }

    @Override
    public void run() {
      runner.turn.release();
    }
  }

  private final class Runner extends Thread {
    private final Semaphore turn = new Semaphore(0);
    private @Nullable Sleeper sleeper;

    Runner() {
      super("simulation");
      setDaemon(true);
    }

    /** Wakes sleeping work in its turn, not at once. */
    @Override
    public void interrupt() {
      if (sleeper != null) {
        sleeper.interrupt();
        return;
      }
      super.interrupt();
    }

    @Override
    public void run() {
      turn.acquireUninterruptibly();
      while (!closed) {
        takeTurns();
        turn.acquireUninterruptibly();
      }
    }

    /** Returns when the turn is another thread's. */
    private void takeTurns() {
      for (Optional<Runnable> next = next(); next.isPresent(); next = next()) {
        Runnable work = next.orElseThrow();
        if (work instanceof Sleeper other) {
          sleeping.remove(other);
          idle.push(this);
          other.run();
          return;
        }
        perform(work);
      }
      idle.push(this);
      over.release();
    }

    private void perform(Runnable work) {
      Thread.interrupted();
      try {
        work.run();
      } catch (Abandoned _) {
        // as it was meant
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }
  }
}
