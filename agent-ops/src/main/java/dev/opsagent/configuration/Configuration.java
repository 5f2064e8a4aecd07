package dev.opsagent.configuration;

import dev.opsagent.protocol.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything a worker needs to know before it starts; made by {@link ConfigurationSources},
 * checked, and free of secrets: those are named here and resolved when they are used.
 *
 * @param group the consumer group; workers of one group share the work
 * @param data folder for workspaces and indexes, this worker's own
 * @param sessionTimeout how long the group waits for a silent worker before it gives its work away
 * @param environments the environments whose tasks this worker carries out, or where they stand
 * @param ledgerRetention how long ended tasks stay in the ledger
 * @param ownership file with the map of owners, when it is not the one that comes along
 * @param gates file with the gate policy, when it is not the one that comes along
 * @param gitCredentials tried in this order; the first whose prefix fits the remote is used
 */
public record Configuration(
    Bus bus,
    TopicLayout topics,
    String group,
    Path data,
    Http http,
    Duration sessionTimeout,
    Served environments,
    Optional<NpmRegistry> npm,
    List<GitCredential> gitCredentials,
    Secrets secrets,
    Timeouts timeouts,
    Guarding guarding,
    Duration ledgerRetention,
    Sandbox sandbox,
    Signing signing,
    Optional<Path> ownership,
    Optional<Path> gates) {

  public Configuration {
    gitCredentials = List.copyOf(gitCredentials);
  }

  /** Whose tasks this worker carries out. */
  public sealed interface Served {
    /** Environments of which nothing but the name is declared. */
    record Named(List<String> names) implements Served {
      public Named {
        names = List.copyOf(names);
      }
    }

    /** Environments that a file declares; {@link EnvironmentsFile} reads it. */
    record Declared(Path file) implements Served {}
  }

  /**
   * The wall around programs.
   *
   * @param level its title, or {@code auto} for the strongest that the machine has
   * @param required the weakest level that will do, by environment
   */
  public record Sandbox(String level, Map<String, String> required) {
    /** Whatever is strongest, which will do for every environment. */
    public static final Sandbox DEFAULT = new Sandbox("auto", Map.of());

    public Sandbox {
      required = Map.copyOf(required);
    }
  }

  /**
   * Who may send what.
   *
   * @param required whether a message must be signed to count
   * @param trust file that says whose keys count
   * @param key file with the private key that commands sign with
   * @param bound how old a message may be when the broker takes it
   */
  public record Signing(
      boolean required, Optional<Path> trust, Optional<Path> key, Duration bound) {
    /**
     * Longer than a message can wait in its topic: what is forwarded to another partition after
     * that is not taken for a replay.
     */
    public static final Duration BOUND = Duration.ofDays(15);

    /** Where the key of a worker is that makes its own. */
    public static Path localKey(Path data) {
      return data.resolve("keys").resolve("operator.jwk");
    }
  }

  /**
   * The brokers and how to reach them.
   *
   * @param bootstrap {@code host:port[,host:port…]} of the brokers
   * @param properties further properties of every Kafka client, by Kafka's own names
   */
  public record Bus(String bootstrap, Map<String, String> properties) {
    private static final Pattern QUOTED =
        Pattern.compile("[Pp]assword\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)+)\"");

    public Bus {
      properties = Map.copyOf(properties);
    }

    /** The passwords and keys among the properties, by what they are called here. */
    public Map<String, String> logins() {
      Map<String, String> logins = new TreeMap<>();
      properties.forEach((key, value) -> {
        Matcher password = QUOTED.matcher(value);
        if (key.equals("sasl.jaas.config") && password.find()) {
          logins.put("kafka." + key, password.group(1));
        } else if (key.matches(".*(password|ssl\\.keystore\\.key)")) {
          logins.put("kafka." + key, value);
        }
      });
      return logins;
    }
  }

  /**
   * The topics of this worker's fleet.
   *
   * @param partitions of topics that this worker creates
   * @param replication of topics that this worker creates; -1 leaves it to the broker
   */
  public record TopicLayout(Topics names, int partitions, int replication) {}

  /**
   * Where health and metrics are served.
   *
   * @param port 0 takes a free one
   */
  public record Http(String host, int port) {}

  /**
   * The registry that packages are published to.
   *
   * @param credential name of the secret that holds the token, when publishing needs one
   * @param unencrypted whether the token may travel in clear text to another host
   */
  public record NpmRegistry(URI url, Optional<String> credential, boolean unencrypted) {
    /** One whose token travels encrypted, or not at all. */
    public NpmRegistry(URI url, Optional<String> credential) {
      this(url, credential, false);
    }
  }

  /**
   * Who to be towards some git remotes.
   *
   * @param prefix the remotes that it is for, by the beginning of their URL
   * @param secret name of the secret that holds the password or token
   */
  public record GitCredential(String prefix, String username, String secret) {}

  /**
   * How attempts are repeated, and how the peers of tools are spared; each peer by itself.
   *
   * @param retryPause before the second attempt; it doubles from then on, with jitter
   * @param silences so many attempts in a row without an answer open the breaker
   * @param breakerPause how long the breaker stays open at first; it doubles, with jitter
   * @param concurrent attempts on a peer at once
   * @param perSecond attempts on a peer that begin in a second
   * @param longestWait how long an attempt waits for its turn before it is put off
   */
  public record Guarding(
      Duration retryPause,
      Duration longestRetryPause,
      int silences,
      Duration breakerPause,
      Duration longestBreakerPause,
      int concurrent,
      int perSecond,
      Duration longestWait) {
    public static final Guarding DEFAULT =
        new Guarding(
            Duration.ofMillis(500),
            Duration.ofSeconds(30),
            3,
            Duration.ofSeconds(10),
            Duration.ofMinutes(2),
            8,
            20,
            Duration.ofSeconds(30));
  }

  /**
   * How long things may take.
   *
   * @param task the longest a task may take when it does not say so itself
   * @param decision how long a task waits for a person's decision
   * @param restore the longest that reading a partition's ledger may take
   */
  public record Timeouts(Duration task, Duration decision, Duration restore) {}
}
