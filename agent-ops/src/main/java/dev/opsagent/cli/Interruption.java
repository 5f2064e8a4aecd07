package dev.opsagent.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for SIGINT or SIGTERM and ends the process with exit code 0 when everything was stopped in
 * order: an interrupted worker has done what it was asked to do.
 */
final class Interruption {
  private Interruption() {}

  /**
   * Arms it. From now on a signal stops the parts and ends the process.
   *
   * @param stop stops everything, within a bounded time
   */
  static Armed arm(Runnable stop, PrintWriter err) {
    Thread hook =
        Thread.ofPlatform()
            .name("shutdown")
            .unstarted(() -> {
              err.println("stopping …");
              err.flush();
              stop.run();
              err.flush();
              // The JVM would answer a signal with 128 + its number.
              Runtime.getRuntime().halt(ExitCode.SUCCEEDED.code());
            });
    Runtime.getRuntime().addShutdownHook(hook);
    return new Armed(hook);
  }

  /** An armed interruption. */
  record Armed(Thread hook) {
    /** Waits for ever: only a signal ends it, and with it the process. */
    void await() throws InterruptedException {
      new CountDownLatch(1).await();
    }

    /** Calls it off; the process ends as usual. */
    void disarm() {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
