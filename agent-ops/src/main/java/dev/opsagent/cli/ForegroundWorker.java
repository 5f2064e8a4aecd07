package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/** Runs a worker in the foreground until a signal comes. */
final class ForegroundWorker implements WorkerRun {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Surroundings around;

  ForegroundWorker(Surroundings around) {
    this.around = around;
  }

  /** What is printed when tasks are taken. */
  record Ready(String bootstrap, String http, long millis) {
    List<String> lines() {
      return List.of("ready: bootstrap=%s http=%s in %d ms".formatted(bootstrap, http, millis));
    }
  }

  @Override
  public ExitCode untilInterrupted(Configuration configuration, Format format) {
    return untilInterrupted(configuration, format, () -> {});
  }

  /**
   * Runs.
   *
   * @param below stops what the worker stands on, after it
   */
  ExitCode untilInterrupted(Configuration configuration, Format format, Runnable below) {
    try {
      RunningWorker worker = RunningWorker.start(configuration, around.environment());
      Interruption.Armed armed =
          Interruption.arm(
              () -> {
                worker.close();
                below.run();
              },
              around.err());
      if (!worker.awaitReady(PATIENCE)) {
        around.err().println("not ready yet; see http://" + worker.http() + "/readyz");
      } else {
        Ready ready = new Ready(configuration.bus().bootstrap(), worker.http(), sinceStart());
        new Printer(around, format).last(ready, ready::lines);
      }
      armed.await();
      return ExitCode.SUCCEEDED;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(ReasonCode.CANCELLED, "run the worker", "it was interrupted", ""));
    }
  }

  private long sinceStart() {
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return around.clock().millis() - started;
  }
}
