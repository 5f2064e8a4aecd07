package dev.opsagent.kafka;

import dev.opsagent.kafka.Opening.Outcome.Opened;
import java.time.Duration;

/** The end of an open partition that another worker gets, beside the poll loop. */
final class HandOver {
  private static final Duration LAST_TRANSACTION = Duration.ofSeconds(2);

  private final Opened opened;
  private final Thread thread;

  private HandOver(Opened opened, int partition, Duration grace) {
    this.opened = opened;
    this.thread = Thread.ofVirtual().name("hand-over-" + partition).start(() -> drain(grace));
  }

  static HandOver start(Opened opened, int partition, Duration grace) {
    return new HandOver(opened, partition, grace);
  }

  boolean isUnderWay() {
    return thread.isAlive();
  }

  void await(Duration atMost) throws InterruptedException {
    boolean _ = thread.join(atMost);
  }

  /** The grace time is over: what still runs is killed. */
  void end() {
    if (thread.isAlive()) {
      opened.abandon();
      thread.interrupt();
    }
  }

  private void drain(Duration grace) {
    try {
      opened.shard().revoke(grace);
      opened.journal().close();
      boolean _ = opened.journal().awaitEnd(LAST_TRANSACTION);
    } catch (InterruptedException | RuntimeException _) {
      opened.abandon();
    }
  }
}
