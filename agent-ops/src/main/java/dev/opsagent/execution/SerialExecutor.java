package dev.opsagent.execution;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Runs tasks one at a time, in the order of their submission, on another executor's threads. */
final class SerialExecutor implements Executor {
  private final Executor threads;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Consumer<Throwable> broken;
  private boolean running;

  SerialExecutor(Executor threads, Consumer<Throwable> broken) {
    this.threads = threads;
    this.broken = broken;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (waiting) {
      waiting.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    threads.execute(this::drain);
  }

  private void drain() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (RuntimeException | Error bug) { // an unseen one would leave all others waiting
        broken.accept(bug);
      }
    }
  }

  private @org.jspecify.annotations.Nullable Runnable next() {
    synchronized (waiting) {
      Runnable task = waiting.poll();
      running = task != null;
      return task;
    }
  }
}
