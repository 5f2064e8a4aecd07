package dev.opsagent.configuration;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The single-valued settings: key in the file, environment variable, option, default. */
public enum Setting {
  BOOTSTRAP("bootstrap", "KAFKA_BOOTSTRAP_SERVERS", "--bootstrap", "localhost:9092"),
  TOPIC_PREFIX("topics.prefix", "--topic-prefix", ""),
  FLEET("topics.fleet", "--fleet", ""),
  PARTITIONS("topics.partitions", "--partitions", "6"),
  REPLICATION("topics.replication", "--replication", "-1"),
  GROUP("group", "--group", "ops-agent"),
  DATA("data", "--data", ""),
  HTTP_HOST("http.host", "--http-host", "127.0.0.1"),
  HTTP_PORT("http.port", "--http-port", "8088"),
  SESSION_TIMEOUT("session-timeout", "--session-timeout", "10s"),
  ENVIRONMENTS("environments", "--environments", "local"),
  ENVIRONMENTS_FILE("environments.file", "", ""),
  NPM_URL("registries.npm.url", "--npm-registry", ""),
  NPM_CREDENTIAL("registries.npm.credential", "", ""),
  NPM_UNENCRYPTED("registries.npm.unencrypted", "", "refused"),
  TASK_TIMEOUT("timeouts.task", "", "1h"),
  DECISION_TIMEOUT("timeouts.decision", "", "24h"),
  RESTORE_TIMEOUT("timeouts.restore", "", "1m"),
  LEDGER_RETENTION("ledger-retention", "", "15d"),
  RETRY_PAUSE("guards.retry-pause", "", "500ms"),
  LONGEST_RETRY_PAUSE("guards.longest-retry-pause", "", "30s"),
  SILENCES("guards.silences", "", "3"),
  BREAKER_PAUSE("guards.breaker-pause", "", "10s"),
  LONGEST_BREAKER_PAUSE("guards.longest-breaker-pause", "", "2m"),
  CONCURRENT("guards.concurrent", "", "8"),
  PER_SECOND("guards.per-second", "", "20"),
  LONGEST_WAIT("guards.longest-wait", "", "30s"),
  SANDBOX_LEVEL("sandbox.level", "--sandbox", "auto"),
  SANDBOX_REQUIRE("sandbox.require", "", ""),
  SIGNATURES("signatures", "--signatures", "required"),
  TRUST("trust", "--trust", ""),
  KEY("key", "--key", ""),
  REPLAY_BOUND("replay-bound", "", "15d"),
  OWNERSHIP("policy.ownership", "", ""),
  GATES("policy.gates", "", "");

  private final String key;
  private final String variable;
  private final String flag;
  private final String standard;

  Setting(String key, String flag, String standard) {
    this(
        key,
        "OPS_AGENT_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'),
        flag,
        standard);
  }

  Setting(String key, String variable, String flag, String standard) {
    this.key = key;
    this.variable = variable;
    this.flag = flag;
    this.standard = standard;
  }

  /** The key in the file, its levels joined by dots. */
  public String key() {
    return key;
  }

  /** The environment variable. */
  public String variable() {
    return variable;
  }

  /** The option of {@code worker}; empty when there is none. */
  public String flag() {
    return flag;
  }

  /** What holds when nobody says otherwise. */
  public String standard() {
    return standard;
  }

  List<String> path() {
    return List.of(key.split("\\."));
  }

  static Optional<Setting> ofVariable(String name) {
    return Arrays.stream(values()).filter(it -> it.variable.equals(name)).findFirst();
  }
}
