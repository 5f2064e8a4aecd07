package dev.opsagent.endtoend;

import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.StartAt;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Subscription;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The reports of one task, one after the other, as soon as they can be read. */
final class FollowedTask implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private final BlockingQueue<StatusReport> reports = new LinkedBlockingQueue<>();
  private final Subscription subscription;

  FollowedTask(OpsClient client, String taskId) {
    this.subscription = client.stream(Optional.of(taskId), StartAt.now(), reports::add);
  }

  /** The next report; fails when none comes for a minute. */
  StatusReport next() {
    return next(SILENCE).orElseThrow(() -> new AssertionError("no report for " + SILENCE));
  }

  /** The next report, if it comes in time. */
  Optional<StatusReport> next(Duration atMost) {
    try {
      return Optional.ofNullable(reports.poll(atMost.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
