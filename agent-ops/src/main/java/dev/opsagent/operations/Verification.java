package dev.opsagent.operations;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Health.Http;
import dev.opsagent.operations.Health.Tcp;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks a service whether it serves, until it does and goes on doing so, or the time is over. What
 * was never asked, or gave no answer, does not serve.
 */
public record Verification(HealthProbe probe, Health health, Pace pace) {
  private static final String LOOPBACK = "http://127.0.0.1";
  private static final Duration LONGEST_TRY = Duration.ofSeconds(10);

  /** Which of what may run is meant: an older release may hold the port. */
  public interface Wanted {
    boolean is(Running running);
  }

  /**
   * Waits until the service serves.
   *
   * @param limit for the whole
   * @return what serves
   * @throws Stopped when it does not, with the end of its log
   */
  public Running verified(Service service, StepContext context, Wanted wanted, Duration limit)
      throws Stopped, InterruptedException {
    Optional<Running> before = service.running(context);
    Optional<String> address = before.flatMap(service::direct);
    AtomicReference<String> served = new AtomicReference<>("");
    Optional<String> sick =
        await(
            address,
            port(service, before),
            limit,
            () -> doubt(service.running(context).filter(wanted::is), served));
    Optional<Running> now = service.running(context).filter(wanted::is);
    if (sick.isEmpty() && now.isPresent()) {
      return now.get();
    }
    throw unhealthy(service, context, sick.orElse("it ended just after it had served"));
  }

  /**
   * Looks once more at what has served.
   *
   * @throws Stopped when it serves no more, or was started again
   */
  public void stillServes(Service service, StepContext context, Running served) throws Stopped {
    URI at = URI.create(service.direct(served).orElse(LOOPBACK));
    Optional<Integer> port = port(service, Optional.of(served));
    AtomicReference<String> identity = new AtomicReference<>(served.identity());
    Optional<String> sick =
        look(at, port, LONGEST_TRY, () -> doubt(service.running(context), identity));
    if (sick.isPresent()) {
      throw unhealthy(service, context, "it served for a while, and then no more: " + sick.get());
    }
  }

  /** Past whatever stands before it, only the release's own address counts. */
  private static Optional<Integer> port(Service service, Optional<Running> running) {
    return running.flatMap(Running::direct).isPresent() ? Optional.empty() : service.port();
  }

  private static Stopped unhealthy(Service service, StepContext context, String cause) {
    return new Stopped(
        Failure.of(
            ReasonCode.UNHEALTHY,
            "verify that " + Service.target(context) + " serves",
            Lines.printable(cause) + service.said(context),
            "see the service's log"));
  }

  /** What has served once must be what goes on: a runtime may start again what keeps ending. */
  private static Optional<String> doubt(Optional<Running> running, AtomicReference<String> served) {
    if (running.isEmpty()) {
      return Optional.of("something answers, but the release does not run, or not all of it");
    }
    String identity = running.get().identity();
    boolean same = served.compareAndSet("", identity) || served.get().equals(identity);
    return same ? Optional.empty() : Optional.of("it ended and was started again");
  }

  /**
   * Waits until something serves at the address, for one good look.
   *
   * @return why it does not; empty when it does
   */
  public Optional<String> doubt(URI at, Duration limit) throws InterruptedException {
    Health once = health.withoutSoak();
    try {
      return new Verification(probe, once, pace)
          .await(Optional.of(at.toString()), Optional.empty(), limit, Optional::empty);
    } catch (Stopped unseen) {
      return Optional.of(unseen.failure().cause());
    }
  }

  /** The same, asked for less: the words of a page may be those of another version. */
  public Verification ofAnyVersion() {
    Optional<Http> http = health.http().map(Http::statusOnly);
    Health plain =
        new Health(
            http,
            health.tcp(),
            health.tries(),
            health.pause(),
            health.limit(),
            Optional.empty(),
            Optional.empty());
    return new Verification(probe, plain, pace);
  }

  /** The same, over another time. */
  public Verification lasting(Duration soak) {
    return new Verification(probe, health.lasting(soak), pace);
  }

  private interface Identity {
    /** What speaks against it; empty when nothing does. */
    Optional<String> doubt() throws Stopped;
  }

  /** Why it does not serve; empty when it does. */
  private Optional<String> await(
      Optional<String> address, Optional<Integer> port, Duration limit, Identity identity)
      throws Stopped, InterruptedException {
    URI at = URI.create(address.orElse(LOOPBACK));
    long begin = pace.nanoTime();
    long end = begin + shorter(health.deadline(), limit).toNanos();
    String cause = "it was never asked";
    for (int attempt = 1; attempt <= health.attempts(); attempt++) {
      long left = end - pace.nanoTime();
      if (left <= 0) {
        break;
      }
      Optional<String> sick = look(at, port, Duration.ofNanos(left), identity);
      if (sick.isEmpty()) {
        return soak(at, port, begin + limit.toNanos(), identity);
      }
      cause = sick.get();
      if (attempt < health.attempts()) {
        pause(end);
      }
    }
    return Optional.of(cause);
  }

  private Optional<String> soak(URI at, Optional<Integer> port, long limit, Identity identity)
      throws Stopped, InterruptedException {
    long end = pace.nanoTime() + health.soak().toNanos();
    while (end - pace.nanoTime() > 0) {
      pause(end);
      long left = limit - pace.nanoTime();
      if (left <= 0) {
        return Optional.of("it served, but the time was over before it had served for long enough");
      }
      Optional<String> sick = look(at, port, Duration.ofNanos(left), identity);
      if (sick.isPresent()) {
        return sick.map(why -> "it served for a while, and then no more: " + why);
      }
    }
    return Optional.empty();
  }

  private void pause(long end) throws InterruptedException {
    long nanos = Math.min(health.interval().toNanos(), end - pace.nanoTime());
    pace.await(Duration.ofNanos(Math.max(0, nanos)));
  }

  private Optional<String> look(URI at, Optional<Integer> port, Duration left, Identity identity)
      throws Stopped {
    Optional<String> sick = ask(at, port, shorter(left, LONGEST_TRY));
    return sick.isPresent() ? sick : identity.doubt();
  }

  /** Why it does not serve; empty when every declared probe passed. */
  private Optional<String> ask(URI at, Optional<Integer> port, Duration timeout) {
    Optional<String> http = health.http().flatMap(wanted -> sick(ask(at, wanted, timeout)));
    boolean connect = health.tcp().isPresent() || health.http().isEmpty();
    if (http.isPresent() || !connect) {
      return http;
    }
    int number = health.tcp().flatMap(Tcp::at).or(() -> port).orElse(port(at));
    return sick(probe.tcp(host(at), number, timeout));
  }

  private Answer<Boolean> ask(URI at, Http wanted, Duration timeout) {
    Duration time = wanted.latency().map(most -> shorter(most, timeout)).orElse(timeout);
    return probe.http(at.resolve(wanted.path()), wanted.page(), time);
  }

  private static String host(URI at) {
    return Optional.ofNullable(at.getHost()).orElse("127.0.0.1");
  }

  private static int port(URI at) {
    return at.getPort() < 0 ? 80 : at.getPort();
  }

  private static Optional<String> sick(Answer<Boolean> answer) {
    return switch (answer) {
      case Answer.Ok<Boolean>(Boolean serves) ->
          serves ? Optional.empty() : Optional.of("it answers, but not as a healthy service does");
      case Answer.No<Boolean>(Failure failure) -> Optional.of(failure.cause());
    };
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
