package dev.opsagent.bench;

import java.io.IOException;

/** Ties a child process to the one that started it. */
final class Lifeline {
  private Lifeline() {}

  /**
   * Says that this process is ready, and ends it in order when its parent is gone or asks it to.
   *
   * @param about what else to say
   * @param stop stops everything, within a bounded time
   */
  @SuppressWarnings("SystemOut") // the parent reads it
  static void hold(String about, Runnable stop) throws IOException {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop));
    System.out.println("ready: " + about);
    while (System.in.read() >= 0) {
      // nothing is ever said; the end of the stream is the end of the parent
    }
    System.exit(0);
  }
}
