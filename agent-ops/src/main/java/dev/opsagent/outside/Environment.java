package dev.opsagent.outside;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.opsagent.outside.HealthProbe.JsonField;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A place where services run, as the operator declares it. {@code schemas/environments.schema.json}
 * says how it is written; here stands what holds, with nothing left to default.
 *
 * @param name as targets carry it
 * @param runtimes what services may run in; never empty
 * @param engine where the Docker engine listens, {@code unix:///…} or {@code tcp://…} of this
 *     machine; absent: as the worker's own environment says
 * @param project put before the names of projects and containers; absent: nothing is
 * @param kubernetes where its cluster is; present where {@link RuntimeKind#KUBERNETES} is allowed
 * @param prometheus where its metrics are asked for; absent: nowhere
 * @param strategies how a release may take the place of the one before; never empty
 * @param promotesFrom the environment in which a release must have been verified before; absent:
 *     none. It is one of the same file, and following it never comes back here
 * @param prices what resources cost; absent: nobody says
 * @param recovery the time within which a rollback must have ended, its verification included; at
 *     most {@link #LONGEST_RECOVERY}
 * @param freezes when it is left as it is, each name once
 * @param isProtected whether changes ask for more care than elsewhere
 * @param sandbox the weakest wall around programs that will do
 */
public record Environment(
    String name,
    Kind kind,
    Set<RuntimeKind> runtimes,
    Optional<URI> engine,
    Optional<String> project,
    Optional<Cluster> kubernetes,
    Optional<URI> prometheus,
    Set<Strategy> strategies,
    Optional<String> promotesFrom,
    Verification verification,
    Limits limits,
    Optional<Prices> prices,
    Duration recovery,
    List<Freeze> freezes,
    @JsonProperty("protected") boolean isProtected,
    Wall sandbox) {

  /** The environment of the worker's own machine. */
  public static final String LOCAL = "local";

  /** What a rollback may take unless its environment asks for less; none may ask for more. */
  public static final Duration LONGEST_RECOVERY = Duration.ofMinutes(15);

  public Environment {
    runtimes = sorted(runtimes);
    strategies = sorted(strategies);
    freezes = List.copyOf(freezes);
  }

  /** An environment of which nothing but the name is declared. */
  public static Environment undeclared(String name) {
    return new Environment(
        name,
        Kind.LOCAL,
        EnumSet.complementOf(EnumSet.of(RuntimeKind.KUBERNETES)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Set.of(Strategy.values()),
        Optional.empty(),
        Verification.DEFAULT,
        Limits.DEFAULT,
        Optional.empty(),
        LONGEST_RECOVERY,
        List.of(),
        false,
        name.equals(LOCAL) ? Wall.NONE : Wall.LANDLOCK);
  }

  /** The same behind a wall that is at least that strong. */
  public Environment requiring(Wall least) {
    return with(freezes, sandbox.compareTo(least) < 0 ? least : sandbox);
  }

  /** The same with these freezes. */
  public Environment frozen(List<Freeze> other) {
    return with(other, sandbox);
  }

  private Environment with(List<Freeze> otherFreezes, Wall otherWall) {
    return new Environment(
        name,
        kind,
        runtimes,
        engine,
        project,
        kubernetes,
        prometheus,
        strategies,
        promotesFrom,
        verification,
        limits,
        prices,
        recovery,
        otherFreezes,
        isProtected,
        otherWall);
  }

  /** When tasks may begin here. */
  public Calendar calendar() {
    return new Calendar(name, freezes);
  }

  private static <E extends Enum<E>> Set<E> sorted(Set<E> some) {
    if (some.isEmpty()) {
      throw new IllegalArgumentException("an environment needs a runtime and a strategy");
    }
    return Collections.unmodifiableSet(new TreeSet<>(some));
  }

  private static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What an environment is for. */
  public enum Kind {
    LOCAL,
    DEV,
    STAGING,
    PRODUCTION;

    /** As it is written. */
    @JsonValue
    public String id() {
      return Environment.id(this);
    }
  }

  /** What services run in; the {@link ServiceRuntime#kind()} of the runtime that is built. */
  public enum RuntimeKind {
    PROCESS,
    DOCKER,
    COMPOSE,
    KUBERNETES;

    /** As it is written. */
    @JsonValue
    public String id() {
      return Environment.id(this);
    }
  }

  /**
   * The part of a cluster that an environment is.
   *
   * @param namespace nothing outside of it is touched
   * @param context of the kubeconfig; absent: its current one
   * @param kubeconfig absolute path of the file that leads to the cluster; absent: the worker runs
   *     in the cluster and uses its pod's service account
   * @param address where services are reached from outside, with {@link #SERVICE} for the service's
   *     name; absent: at the cluster's own names and addresses
   */
  public record Cluster(
      String namespace,
      Optional<String> context,
      Optional<String> kubeconfig,
      Optional<String> address) {
    /** Stands for the name of the service in an address. */
    public static final String SERVICE = "{service}";
  }

  /** How a release takes the place of the one before. */
  public enum Strategy {
    /** The one before is stopped, then the release is started. */
    RECREATE,
    /** The release is started beside the one before, and gets its callers once it serves. */
    BLUE_GREEN,
    /** The release is started beside the one before, and gets its callers by and by. */
    CANARY,
    /** The release takes the place of the one before replica by replica. */
    ROLLING;

    /** As it is written. */
    @JsonValue
    public String id() {
      return Environment.id(this);
    }
  }

  /** How strong the wall around programs must be, the weakest first. */
  public enum Wall {
    NONE,
    LANDLOCK,
    BUBBLEWRAP;

    /** As it is written. */
    @JsonValue
    public String id() {
      return Environment.id(this);
    }
  }

  /**
   * When a deployment counts as healthy, if its task does not say. With neither http nor tcp, when
   * the deployment's port takes connections; with both, when both answer.
   *
   * @param attempts how often it is asked at most
   * @param interval the time between two attempts
   * @param deadline the time by which it must have answered
   * @param soak how long it must stay healthy after that
   * @param metrics what metrics must be after that; where there are some, there is a prometheus
   */
  public record Verification(
      Optional<Http> http,
      Optional<Tcp> tcp,
      int attempts,
      Duration interval,
      Duration deadline,
      Duration soak,
      List<MetricCheck> metrics) {
    /** What holds where nothing is declared. */
    public static final Verification DEFAULT =
        new Verification(
            Optional.empty(),
            Optional.empty(),
            20,
            Duration.ofMillis(500),
            Duration.ofSeconds(60),
            Duration.ZERO,
            List.of());

    public Verification {
      metrics = List.copyOf(metrics);
    }
  }

  /**
   * One HTTP GET.
   *
   * @param path with its query
   * @param status the one that means healthy
   * @param bodyContains text that the body must hold
   * @param json what a field of the body must be
   * @param latency within which the whole answer must be there, at every look
   */
  public record Http(
      String path,
      int status,
      Optional<String> bodyContains,
      Optional<JsonField> json,
      Optional<Duration> latency) {}

  /**
   * One TCP connect.
   *
   * @param port absent: the deployment's
   */
  public record Tcp(Optional<Integer> port) {}

  /**
   * The most that one service may take.
   *
   * @param cpus processors of each replica, such as 0.5; absent: no limit
   * @param memory bytes of each replica; absent: no limit
   * @param replicas the most that may run of it
   */
  public record Limits(Optional<BigDecimal> cpus, Optional<Long> memory, int replicas) {
    /** What holds where nothing is declared. */
    public static final Limits DEFAULT = new Limits(Optional.empty(), Optional.empty(), 10);
  }

  /**
   * What resources cost.
   *
   * @param currency by its three letters
   * @param cpu one processor for a month; absent: unknown
   * @param memory one gibibyte for a month; absent: unknown
   */
  public record Prices(String currency, Optional<Double> cpu, Optional<Double> memory) {}
}
