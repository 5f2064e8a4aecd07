package dev.opsagent.tools.git;

import java.time.Duration;
import org.eclipse.jgit.lib.EmptyProgressMonitor;

/** Ends a long transfer when its time is up or its thread is interrupted. */
final class Patience extends EmptyProgressMonitor {
  private final long start = System.nanoTime();
  private final Duration limit;

  Patience(Duration limit) {
    this.limit = limit;
  }

  @Override
  public boolean isCancelled() {
    return Thread.currentThread().isInterrupted() || System.nanoTime() - start > limit.toNanos();
  }
}
