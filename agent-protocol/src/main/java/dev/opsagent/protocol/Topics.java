package dev.opsagent.protocol;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of the topics of one fleet.
 *
 * @param tasks {@code pm.tasks}
 * @param control {@code pm.control}
 * @param context {@code agents.context}
 * @param status {@code ops.status}
 * @param escalations {@code ops.escalations}
 * @param audit {@code ops.audit}
 * @param ledger {@code ops.ledger}
 * @param deployments {@code ops.deployments}
 * @param learnings {@code ops.learnings}
 * @param cards {@code agents.cards}
 * @param deadLetters {@code pm.tasks.dlq}
 */
public record Topics(
    String tasks,
    String control,
    String context,
    String status,
    String escalations,
    String audit,
    String ledger,
    String deployments,
    String learnings,
    String cards,
    String deadLetters) {
  /** No prefix, the default fleet. */
  public static final Topics DEFAULT = of(Optional.empty(), Optional.empty());

  private static final Pattern PREFIX = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
  private static final Pattern FLEET = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /**
   * The names of a fleet: {@code <prefix>.pm.tasks.<fleet>}; {@code agents.*} carries no fleet.
   *
   * @param prefix put before every name, for brokers that are shared
   * @param fleet put after every name that a fleet has for itself; absent for the default fleet
   * @throws InvalidMessage when prefix or fleet is not a valid name, or the fleet is called {@code
   *     dlq}, which would make its tasks the default fleet's dead letters
   */
  public static Topics of(Optional<String> prefix, Optional<String> fleet) {
    prefix.ifPresent(value -> Checks.matches("prefix", value, PREFIX));
    fleet.ifPresent(value -> Checks.matches("fleet", value, FLEET));
    if (fleet.filter("dlq"::equals).isPresent()) {
      throw new InvalidMessage("fleet", "must not be dlq");
    }
    String before = prefix.map(value -> value + ".").orElse("");
    String after = fleet.map(value -> "." + value).orElse("");
    return new Topics(
        named(TopicRole.TASKS, before, after),
        named(TopicRole.CONTROL, before, after),
        named(TopicRole.CONTEXT, before, after),
        named(TopicRole.STATUS, before, after),
        named(TopicRole.ESCALATIONS, before, after),
        named(TopicRole.AUDIT, before, after),
        named(TopicRole.LEDGER, before, after),
        named(TopicRole.DEPLOYMENTS, before, after),
        named(TopicRole.LEARNINGS, before, after),
        named(TopicRole.CARDS, before, after),
        named(TopicRole.DEAD_LETTERS, before, after));
  }

  private static String named(TopicRole role, String before, String after) {
    return before + role.defaultName() + (role.perFleet() ? after : "");
  }

  /** The name of the topic that plays a role. */
  public String name(TopicRole role) {
    return switch (role) {
      case TASKS -> tasks;
      case CONTROL -> control;
      case CONTEXT -> context;
      case STATUS -> status;
      case ESCALATIONS -> escalations;
      case AUDIT -> audit;
      case LEDGER -> ledger;
      case DEPLOYMENTS -> deployments;
      case LEARNINGS -> learnings;
      case CARDS -> cards;
      case DEAD_LETTERS -> deadLetters;
    };
  }

  /** The name of the topic that messages of a type travel on. */
  public String name(MessageType type) {
    return name(type.topic());
  }
}
