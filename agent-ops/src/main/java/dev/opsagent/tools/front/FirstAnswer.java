package dev.opsagent.tools.front;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The moment from which a release that was just started answers. */
final class FirstAnswer {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration ONE = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 50;

  private FirstAnswer() {}

  /**
   * Waits for it, whatever it says. One that does not come in time is not waited for: whether the
   * release serves, others verify.
   */
  static void await(URI at) throws InterruptedException {
    HttpRequest question = HttpRequest.newBuilder(at).timeout(ONE).build();
    long end = System.nanoTime() + LONGEST.toNanos();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ONE).build()) {
      while (!answers(client, question) && end - System.nanoTime() > 0) {
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static boolean answers(HttpClient client, HttpRequest question)
      throws InterruptedException {
    try {
      var _ = client.send(question, BodyHandlers.discarding());
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
