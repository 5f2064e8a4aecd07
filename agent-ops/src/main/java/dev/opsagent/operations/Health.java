package dev.opsagent.operations;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.HealthProbe.JsonField;
import dev.opsagent.outside.MetricCheck;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a service proves that it serves; as parameters of operations state it.
 *
 * @param http absent, and {@code tcp} too: its port takes connections
 * @param tries how often to ask until it serves
 * @param pause between two looks
 * @param limit for all tries together
 * @param endurance how long it must go on serving after that; absent: one good look is enough
 * @param metrics what metrics must be after that; absent: nothing is asked of them
 */
public record Health(
    Optional<Http> http,
    Optional<Tcp> tcp,
    @JsonProperty("attempts") Optional<Integer> tries,
    @JsonProperty("interval") Optional<Duration> pause,
    @JsonProperty("deadline") Optional<Duration> limit,
    @JsonProperty("soak") Optional<Duration> endurance,
    Optional<List<MetricCheck>> metrics) {
  /** Its port takes connections, within a minute. */
  public static final Health DEFAULT =
      new Health(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** What an environment asks of its services. */
  public static Health of(Environment.Verification wanted) {
    return new Health(
        wanted
            .http()
            .map(it ->
                new Http(
                    Optional.of(it.path()),
                    Optional.of(it.status()),
                    it.bodyContains(),
                    it.json(),
                    it.latency())),
        wanted.tcp().map(it -> new Tcp(it.port())),
        Optional.of(wanted.attempts()),
        Optional.of(wanted.interval()),
        Optional.of(wanted.deadline()),
        Optional.of(wanted.soak()),
        Optional.of(wanted.metrics()).filter(checks -> !checks.isEmpty()));
  }

  /** The same, with the other's word where this has none; probes are taken or left together. */
  public Health orElse(Health other) {
    boolean probes = http.isPresent() || tcp.isPresent();
    return new Health(
        probes ? http : other.http,
        probes ? tcp : other.tcp,
        tries.or(other::tries),
        pause.or(other::pause),
        limit.or(other::limit),
        endurance.or(other::endurance),
        metrics.or(other::metrics));
  }

  /** The same, with nothing asked of metrics. */
  public Health withoutMetrics() {
    return new Health(http, tcp, tries, pause, limit, endurance, Optional.empty());
  }

  /** What metrics must be. */
  public List<MetricCheck> checks() {
    return metrics.orElse(List.of());
  }

  /**
   * An HTTP GET.
   *
   * @param latency within which the whole answer must be there, at every look
   */
  public record Http(
      @JsonProperty("path") Optional<String> resource,
      @JsonProperty("status") Optional<Integer> wanted,
      Optional<String> bodyContains,
      Optional<JsonField> json,
      Optional<Duration> latency) {
    /** Path and query; the root unless told. */
    public String path() {
      return resource.orElse("/");
    }

    /** The status that means healthy; 200 unless told. */
    public int status() {
      return wanted.orElse(200);
    }

    /** What the answer must be like. */
    HealthProbe.Page page() {
      return new HealthProbe.Page(status(), bodyContains, json);
    }

    /** The same, of which only path and status are asked. */
    Http statusOnly() {
      return new Http(resource, wanted, Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /**
   * A TCP connection.
   *
   * @param at the port to connect to; absent: the deployment's
   */
  public record Tcp(@JsonProperty("port") Optional<Integer> at) {}

  public int attempts() {
    return tries.orElse(20);
  }

  public Duration interval() {
    return pause.orElse(Duration.ofMillis(500));
  }

  public Duration deadline() {
    return limit.orElse(Duration.ofSeconds(60));
  }

  public Duration soak() {
    return endurance.orElse(Duration.ZERO);
  }

  /** The same, where one good look is enough. */
  Health withoutSoak() {
    return new Health(http, tcp, tries, pause, limit, Optional.empty(), Optional.empty());
  }

  /** The same, with another time to endure. */
  public Health lasting(Duration soak) {
    return new Health(http, tcp, tries, pause, limit, Optional.of(soak), metrics);
  }

  /** The longest that a verification takes. */
  public Duration longest() {
    return deadline().plus(soak()).plus(MetricVerification.longest(checks()));
  }
}
