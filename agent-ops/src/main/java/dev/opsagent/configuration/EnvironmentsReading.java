package dev.opsagent.configuration;

import dev.opsagent.configuration.EnvironmentsDocument.Entry;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.Cluster;
import dev.opsagent.outside.Environment.Http;
import dev.opsagent.outside.Environment.Kind;
import dev.opsagent.outside.Environment.Limits;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.Environment.Tcp;
import dev.opsagent.outside.Environment.Verification;
import dev.opsagent.outside.Environment.Wall;
import dev.opsagent.outside.MetricCheck;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Makes environments of what is written, and collects what does not fit. */
final class EnvironmentsReading {
  private static final int HEALTHY = 200;
  private static final Duration LONGEST_LATENCY = Duration.ofSeconds(10);
  private static final long MEBIBYTE = 1L << 20;
  private static final long LEAST_MEMORY = 6 * MEBIBYTE;
  private static final long MOST_MEMORY = 4L << 40;

  private final YamlPlaces places;
  private final FreezesReading freezes;
  private final List<Problem> problems = new ArrayList<>();

  EnvironmentsReading(YamlPlaces places) {
    this.places = places;
    this.freezes = new FreezesReading(this::problem);
  }

  /**
   * @param document as its schema says
   */
  List<Environment> read(EnvironmentsDocument document) {
    List<Environment> read = new ArrayList<>();
    for (int index = 0; index < document.environments().size(); index++) {
      read.add(environment(field(index), document.environments().get(index)));
    }
    problems.addAll(new Promotions(document.environments(), places).problems());
    return read;
  }

  /** What did not fit, in the order of the file; where there is something, nothing else counts. */
  List<Problem> problems() {
    problems.sort(Comparator.comparingLong(EnvironmentsReading::place));
    return List.copyOf(problems);
  }

  private static long place(Problem problem) {
    return problem.where() instanceof Origin.File(_, int line, int column)
        ? ((long) line << Integer.SIZE) + column
        : 0;
  }

  /** The field of an environment, as errors name it. */
  static String field(int index) {
    return "environments[" + index + "]";
  }

  private Environment environment(String at, Entry entry) {
    Duration recovery =
        duration(
            at + ".recovery",
            entry.recovery(),
            Environment.LONGEST_RECOVERY,
            Duration.ofSeconds(1),
            Environment.LONGEST_RECOVERY);
    Verification verification =
        verification(
            at + ".verification",
            entry.verification().orElse(EnvironmentsDocument.Verification.EMPTY));
    if (verification.deadline().compareTo(recovery) > 0) {
      problem(
          at + ".verification.deadline",
          "is longer than recovery, so that no rollback could be verified in its time",
          "make it shorter, or recovery longer");
    }
    return new Environment(
        entry.name(),
        entry.kind(),
        Set.of(entry.runtime()),
        engine(at + ".engine", entry.engine()),
        entry.project(),
        entry
            .kubernetes()
            .map(it -> new Cluster(it.namespace(), it.context(), it.kubeconfig(), it.address())),
        prometheus(at, entry),
        Set.copyOf(entry.strategies().orElse(List.of(Strategy.RECREATE))),
        entry.promotesFrom(),
        verification,
        limits(at + ".limits", entry.limits().orElse(EnvironmentsDocument.Limits.EMPTY)),
        entry.prices(),
        recovery,
        freezes.read(at + ".freezes", entry.freezes().orElse(List.of())),
        entry.guarded().orElse(entry.kind() == Kind.PRODUCTION),
        wall(at + ".sandbox", entry));
  }

  private Optional<URI> engine(String at, Optional<String> written) {
    return port(at, written.map(URI::create));
  }

  private Optional<URI> port(String at, Optional<URI> address) {
    if (address.filter(it -> it.getPort() == 0 || it.getPort() > 65_535).isPresent()) {
      problem(at, "names no port", "write a port from 1 to 65535");
    }
    return address;
  }

  private Wall wall(String at, Entry entry) {
    boolean local = entry.kind() == Kind.LOCAL;
    Wall wall = entry.sandbox().orElse(local ? Wall.NONE : Wall.LANDLOCK);
    if (wall == Wall.NONE && !local) {
      problem(at, "is none, which is for the kind local only", "write landlock or bubblewrap");
    }
    return wall;
  }

  private Verification verification(String at, EnvironmentsDocument.Verification written) {
    Verification standard = Verification.DEFAULT;
    return new Verification(
        written.http().map(it -> http(at + ".http", it)),
        written.tcp().map(it -> new Tcp(it.port())),
        written.attempts().orElse(standard.attempts()),
        duration(
            at + ".interval",
            written.interval(),
            standard.interval(),
            Duration.ofMillis(10),
            Duration.ofMinutes(5)),
        duration(
            at + ".deadline",
            written.deadline(),
            standard.deadline(),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        duration(
            at + ".soak", written.soak(), standard.soak(), Duration.ZERO, Duration.ofHours(24)),
        metrics(at + ".metrics", written.metrics().orElse(List.of())));
  }

  private Optional<URI> prometheus(String at, Entry entry) {
    boolean asked = entry.verification().flatMap(it -> it.metrics()).isPresent();
    if (asked && entry.prometheus().isEmpty()) {
      problem(
          at + ".verification.metrics",
          "need a server to be asked of",
          "write where it is in prometheus of the environment");
    }
    return port(at + ".prometheus", entry.prometheus().map(URI::create));
  }

  private List<MetricCheck> metrics(String at, List<EnvironmentsDocument.Metric> written) {
    List<MetricCheck> checks = new ArrayList<>();
    for (int index = 0; index < written.size(); index++) {
      EnvironmentsDocument.Metric one = written.get(index);
      Duration window =
          duration(
              "%s[%d].window".formatted(at, index),
              one.window(),
              MetricCheck.WINDOW,
              MetricCheck.SHORTEST,
              MetricCheck.LONGEST);
      checks.add(
          new MetricCheck(
              one.name(),
              one.query(),
              one.max(),
              one.min(),
              one.baseline(),
              one.samples(),
              Optional.of(window)));
    }
    MetricCheck.fault(checks)
        .ifPresent(it -> problem(at + it.field(), it.cause(), "correct the check"));
    return checks;
  }

  private Http http(String at, EnvironmentsDocument.Http written) {
    Optional<Duration> latency =
        written
            .latency()
            .map(_ ->
                duration(
                    at + ".latency",
                    written.latency(),
                    LONGEST_LATENCY,
                    Duration.ofMillis(1),
                    LONGEST_LATENCY));
    return new Http(
        written.path(),
        written.status().orElse(HEALTHY),
        written.bodyContains(),
        written.json(),
        latency);
  }

  private Limits limits(String at, EnvironmentsDocument.Limits written) {
    return new Limits(
        written.cpus(),
        written.memory().map(it -> bytes(at + ".memory", it)),
        written.replicas().orElse(Limits.DEFAULT.replicas()));
  }

  private long bytes(String at, String written) {
    long number = Long.parseLong(written, 0, written.length() - 2, 10);
    long bytes = number * (written.endsWith("Gi") ? MEBIBYTE << 10 : MEBIBYTE);
    if (bytes < LEAST_MEMORY || bytes > MOST_MEMORY) {
      problem(at, "is out of bounds", "write 6Mi to 4096Gi");
    }
    return bytes;
  }

  private Duration duration(
      String at, Optional<String> written, Duration standard, Duration least, Duration most) {
    if (written.isEmpty()) {
      return standard;
    }
    Optional<Duration> read =
        written
            .flatMap(Words::duration)
            .filter(it -> it.compareTo(least) >= 0 && it.compareTo(most) <= 0);
    if (read.isEmpty()) {
      problem(at, "is out of bounds", "write %s to %s".formatted(words(least), words(most)));
    }
    return read.orElse(standard);
  }

  private static String words(Duration bound) {
    return bound.toMillisPart() == 0
        ? bound.toString().substring("PT".length()).toLowerCase(Locale.ROOT)
        : bound.toMillis() + "ms";
  }

  private void problem(String at, String cause, String fix) {
    problems.add(new Problem(places.of(at), at + " " + cause, fix));
  }
}
