package dev.opsagent.tools.guards;

import dev.opsagent.configuration.Configuration.Guarding;
import dev.opsagent.execution.Backoff;
import dev.opsagent.execution.Guards;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A breaker, a bulkhead and a rate limit for each peer. The breaker opens when the last few
 * attempts were all left without an answer; it lets single attempts through after pauses that grow,
 * with jitter, and closes with the first answer.
 */
public final class ResilienceGuards implements Guards {
  private static final Logger LOG = LoggerFactory.getLogger(ResilienceGuards.class);
  private static final double GROWTH = 2.0;
  private static final double JITTER = 0.5;
  private static final float ALL = 100f;
  private static final int MOST_DOUBLINGS = 20;
  private static final int MOST_PEERS = 10_000;

  private final Guarding settings;
  private final Map<Peer, Guard> guards = new ConcurrentHashMap<>();
  private final AtomicLong heldBack = new AtomicLong();

  public ResilienceGuards(Guarding settings) {
    this.settings = settings;
  }

  /** Pauses between attempts that grow, with jitter. */
  public static Backoff backoff(Guarding settings) {
    IntervalFunction pauses = growing(settings.retryPause(), settings.longestRetryPause());
    return attempt -> Duration.ofMillis(pauses.apply(attempt));
  }

  private static IntervalFunction growing(Duration first, Duration longest) {
    return IntervalFunction.ofExponentialRandomBackoff(first, GROWTH, JITTER, longest);
  }

  /** The peers from which everything is held back now. */
  public long open() {
    return guards.values().stream().filter(Guard::isOpen).count();
  }

  /** The attempts that were held back so far. */
  public long heldBack() {
    return heldBack.get();
  }

  @Override
  public Entry enter(Peer peer) {
    if (guards.size() >= MOST_PEERS) {
      guards.values().removeIf(Guard::isIdle); // addresses come from tasks
    }
    Entry entry = guards.computeIfAbsent(peer, Guard::new).enter();
    if (entry instanceof Held) {
      heldBack.incrementAndGet();
    }
    return entry;
  }

  /** The guard of one peer. */
  private final class Guard {
    private final CircuitBreaker breaker;
    private final Bulkhead bulkhead;
    private final RateLimiter rate;
    private final AtomicInteger opened = new AtomicInteger();
    private final IntervalFunction pauses =
        growing(settings.breakerPause(), settings.longestBreakerPause());

    Guard(Peer peer) {
      String name = peer.toString();
      breaker =
          CircuitBreaker.of(
              name,
              CircuitBreakerConfig.custom()
                  .slidingWindowSize(settings.silences())
                  .minimumNumberOfCalls(settings.silences())
                  .failureRateThreshold(ALL)
                  .permittedNumberOfCallsInHalfOpenState(1)
                  .waitIntervalFunctionInOpenState(pauses)
                  .build());
      breaker.getEventPublisher().onStateTransition(event -> moved(event.getStateTransition()));
      bulkhead =
          Bulkhead.of(
              name,
              BulkheadConfig.custom()
                  .maxConcurrentCalls(settings.concurrent())
                  .maxWaitDuration(settings.longestWait())
                  .build());
      rate =
          RateLimiter.of(
              name,
              RateLimiterConfig.custom()
                  .limitForPeriod(settings.perSecond())
                  .limitRefreshPeriod(Duration.ofSeconds(1))
                  .timeoutDuration(settings.longestWait())
                  .build());
    }

    private void moved(CircuitBreaker.StateTransition transition) {
      LOG.warn("{}: {}", breaker.getName(), transition);
      switch (transition.getToState()) {
        case OPEN -> opened.incrementAndGet();
        case CLOSED -> opened.set(0);
        case HALF_OPEN, DISABLED, METRICS_ONLY, FORCED_OPEN -> {}
      }
    }

    boolean isOpen() {
      return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    boolean isIdle() {
      return bulkhead.getMetrics().getAvailableConcurrentCalls() == settings.concurrent()
          && breaker.getState() == CircuitBreaker.State.CLOSED;
    }

    Entry enter() {
      if (!breaker.tryAcquirePermission()) {
        return new Held(pause(), "it did not answer the last attempts");
      }
      if (!bulkhead.tryAcquirePermission()) {
        breaker.releasePermission();
        return new Held(settings.breakerPause(), "too much goes to it at once");
      }
      if (!rate.acquirePermission()) {
        breaker.releasePermission();
        bulkhead.releasePermission();
        return new Held(settings.breakerPause(), "too much goes to it in a second");
      }
      return new Admission(System.nanoTime());
    }

    /** With jitter, so that not everybody comes back at once. */
    private Duration pause() {
      return Duration.ofMillis(pauses.apply(Math.clamp(opened.get(), 1, MOST_DOUBLINGS)));
    }

    /** One attempt that is under way. */
    private final class Admission implements Pass {
      private final long since;

      Admission(long since) {
        this.since = since;
      }

      @Override
      public void answered() {
        bulkhead.onComplete();
        breaker.onSuccess(System.nanoTime() - since, TimeUnit.NANOSECONDS);
      }

      @Override
      public Optional<Duration> silent() {
        bulkhead.onComplete();
        breaker.onError(
            System.nanoTime() - since, TimeUnit.NANOSECONDS, new IllegalStateException("silent"));
        return isOpen() ? Optional.of(pause()) : Optional.empty();
      }

      @Override
      public void unused() {
        bulkhead.onComplete();
        breaker.releasePermission();
      }
    }
  }
}
