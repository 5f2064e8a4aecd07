package dev.opsagent.configuration;

import java.util.List;

/**
 * One thing that is wrong with the configuration.
 *
 * @param where the value that is wrong
 * @param cause what is wrong with it; never the value itself, which may be a secret
 * @param fix what to write instead
 * @param validValues the values or keys that are allowed there, when they can be listed
 */
public record Problem(Origin where, String cause, String fix, List<String> validValues) {
  public Problem {
    validValues = List.copyOf(validValues);
  }

  public Problem(Origin where, String cause, String fix) {
    this(where, cause, fix, List.of());
  }

  @Override
  public String toString() {
    return where + ": " + cause + "; " + fix;
  }
}
