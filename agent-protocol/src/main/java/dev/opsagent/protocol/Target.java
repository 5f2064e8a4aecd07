package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Optional;

/**
 * What a task is about: one service in one environment. Tasks of one target run one at a time, in
 * order; the target is also the Kafka key of {@code pm.tasks} and {@code pm.control}.
 *
 * @param environment a declared environment, such as {@code local} or {@code production}
 * @param service the service's name in that environment
 */
public record Target(String environment, String service) {
  /**
   * Stands between the name of a stack and that of a service of it. No task is taken whose own
   * target has it, so that a service of a stack is changed in the lane of the stack only.
   */
  private static final String PART = "--";

  @JsonCreator
  public Target {
    Checks.matches("target.environment", environment, Checks.NAME);
    Checks.matches("target.service", service, Checks.NAME);
  }

  /** The Kafka key: {@code <environment>/<service>}. */
  @JsonIgnore
  public String key() {
    return environment + "/" + service;
  }

  /**
   * What runtimes know a service of this stack by.
   *
   * @throws InvalidMessage when the two names together are too long
   */
  public Target part(String name) {
    return new Target(environment, service + PART + name);
  }

  /** Whether it can be a service of a stack. */
  @JsonIgnore
  public boolean isPart() {
    return service.contains(PART);
  }

  /** The stack that it is a service of; else itself. */
  public Target whole() {
    return isPart() ? new Target(environment, service.substring(0, service.indexOf(PART))) : this;
  }

  /** What the stack calls this service; empty when it is none. */
  public Optional<String> partName() {
    return isPart()
        ? Optional.of(service.substring(service.indexOf(PART) + PART.length()))
        : Optional.empty();
  }

  /** Reads {@link #key()} back. */
  public static Target parse(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      throw new InvalidMessage("target", "must be <environment>/<service>");
    }
    return new Target(key.substring(0, slash), key.substring(slash + 1));
  }

  @Override
  public String toString() {
    return key();
  }
}
