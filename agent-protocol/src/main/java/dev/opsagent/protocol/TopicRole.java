package dev.opsagent.protocol;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The topics of the bus by what they are for; {@link Topics} gives them their names. */
public enum TopicRole {
  /** {@code task.dispatch}, written by the PM. */
  TASKS("pm.tasks", "target", Cleanup.DELETE, Optional.of(Duration.ofDays(14)), true),
  /** The {@link ControlMessage}s, written by the PM and by people. */
  CONTROL("pm.control", "target", Cleanup.DELETE, Optional.of(Duration.ofDays(14)), true),
  /** The {@link Evidence} of other agents. */
  CONTEXT("agents.context", "subject", Cleanup.DELETE, Optional.of(Duration.ofDays(30)), false),
  /** The {@link StatusReport}s. */
  STATUS("ops.status", "taskId", Cleanup.DELETE, Optional.of(Duration.ofDays(90)), true),
  /** The {@link Escalation}s and their transitions. */
  ESCALATIONS(
      "ops.escalations", "escalationId", Cleanup.DELETE, Optional.of(Duration.ofDays(90)), true),
  /** The {@link AuditRecord}s; never deleted. */
  AUDIT("ops.audit", "target", Cleanup.DELETE, Optional.empty(), true),
  /** The latest journal state of each task, in its task's partition. */
  LEDGER("ops.ledger", "taskId", Cleanup.COMPACT, Optional.empty(), true),
  /** The {@link DeploymentRecord}s. */
  DEPLOYMENTS("ops.deployments", "target", Cleanup.COMPACT, Optional.empty(), true),
  /** The {@link Learning}s. */
  LEARNINGS("ops.learnings", "learningId", Cleanup.COMPACT, Optional.empty(), false),
  /** The {@link AgentCard}s of all agents. */
  CARDS("agents.cards", "agent name", Cleanup.COMPACT, Optional.empty(), false),
  /** What could not be read, bytes untouched, the reason in headers. */
  DEAD_LETTERS(
      "pm.tasks.dlq", "as received", Cleanup.DELETE, Optional.of(Duration.ofDays(30)), false);

  private static final int MIB = 1024 * 1024;

  private final String defaultName;
  private final String key;
  private final Cleanup cleanup;
  private final Optional<Duration> retention;
  private final boolean coPartitioned;

  TopicRole(
      String defaultName,
      String key,
      Cleanup cleanup,
      Optional<Duration> retention,
      boolean coPartitioned) {
    this.defaultName = defaultName;
    this.key = key;
    this.cleanup = cleanup;
    this.retention = retention;
    this.coPartitioned = coPartitioned;
  }

  /** The name without prefix and fleet. */
  public String defaultName() {
    return defaultName;
  }

  /** What the record key holds, in words. */
  public String key() {
    return key;
  }

  public Cleanup cleanup() {
    return cleanup;
  }

  /** How long records are kept; absent when for ever, or until a later one of the same key. */
  public Optional<Duration> retention() {
    return retention;
  }

  /** Whether it must have as many partitions as {@code pm.tasks}. */
  public boolean coPartitioned() {
    return coPartitioned;
  }

  /** Whether every fleet has its own; {@code agents.*} is shared. */
  public boolean perFleet() {
    return !defaultName.startsWith("agents.");
  }

  /** Number of partitions unless configured otherwise. */
  public int defaultPartitions() {
    return coPartitioned || this == CONTEXT ? 6 : 1;
  }

  /**
   * The largest batch that the topic takes, in bytes. A message may hold {@link Json#MAX_BYTES};
   * its headers and its key come on top. Dead letters are the bytes of others, which may be larger.
   */
  public int maxMessageBytes() {
    return switch (this) {
      case DEAD_LETTERS -> 16 * MIB;
      case LEDGER -> 4 * MIB;
      case TASKS, CONTROL, CONTEXT, STATUS, ESCALATIONS, AUDIT, DEPLOYMENTS, LEARNINGS, CARDS ->
          2 * MIB;
    };
  }

  /** The topic configuration to create it with. */
  public Map<String, String> configuration() {
    // Also on compacted topics: some brokers apply retention.ms to them and empty them.
    String retentionMillis = retention.map(Duration::toMillis).orElse(-1L).toString();
    Map<String, String> configuration = new TreeMap<>();
    configuration.put("cleanup.policy", cleanup == Cleanup.COMPACT ? "compact" : "delete");
    configuration.put("retention.ms", retentionMillis);
    configuration.put("retention.bytes", "-1");
    configuration.put("max.message.bytes", Integer.toString(maxMessageBytes()));
    if (isSigned()) {
      configuration.put("message.timestamp.type", "LogAppendTime");
    }
    return configuration;
  }

  /**
   * Whether its messages are signed. When each was sent, only the broker can tell then: its time
   * shows whether an old message is sent once more.
   */
  public boolean isSigned() {
    return this == TASKS || this == CONTROL || this == CONTEXT;
  }

  /** What the broker does with old records. */
  public enum Cleanup {
    DELETE,
    COMPACT
  }
}
