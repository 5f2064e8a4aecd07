package dev.opsagent.cli.drill;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks a service at a steady rate, whether it answers or not: a slow answer holds no later request
 * back, as the callers of a service do not wait for each other either.
 */
public final class SteadyLoad implements AutoCloseable {
  /** A machine that is busy with something else answers late, and that is no failure. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(LONGEST).build();
  private final HttpRequest request;
  private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("load").factory());
  private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * One request.
   *
   * @param at when it was sent, by {@link System#nanoTime}
   * @param answered whether the service answered with 200
   */
  public record Sample(long at, boolean answered) {}

  private SteadyLoad(URI service) {
    this.request = HttpRequest.newBuilder(service).timeout(LONGEST).build();
  }

  /**
   * Begins.
   *
   * @param rate requests per second
   */
  public static SteadyLoad on(URI service, int rate) {
    SteadyLoad load = new SteadyLoad(service);
    var _ =
        load.ticks.scheduleAtFixedRate(
            () -> load.senders.execute(load::send),
            0,
            NANOS_PER_SECOND / rate,
            TimeUnit.NANOSECONDS);
    return load;
  }

  private void send() {
    long at = System.nanoTime();
    try {
      samples.add(
          new Sample(at, client.send(request, BodyHandlers.discarding()).statusCode() == 200));
    } catch (IOException _) {
      samples.add(new Sample(at, false));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the load ends: what was under way counts neither way
    }
  }

  /** What became of the requests that were sent since then and have ended. */
  public Outage since(long nanoTime) {
    return Outage.of(samples.stream().filter(it -> it.at() - nanoTime >= 0).toList());
  }

  @Override
  public void close() {
    ticks.shutdownNow();
    senders.shutdownNow();
    client.shutdownNow();
    client.close();
  }
}
