package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What a task is about: one service in one environment. Tasks of one target run one at a time, in
 * order; the target is also the Kafka key of {@code pm.tasks} and {@code pm.control}.
 *
 * @param environment a declared environment, such as {@code local} or {@code production}
 * @param service the service's name in that environment
 */
public record Target(String environment, String service) {
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
