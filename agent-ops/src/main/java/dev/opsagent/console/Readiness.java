package dev.opsagent.console;

import java.util.List;

/**
 * Whether the worker can do its work now.
 *
 * @param reasons why not, one sentence each; empty when it can
 */
public record Readiness(List<String> reasons) {
  public Readiness {
    reasons = List.copyOf(reasons);
  }

  public boolean ready() {
    return reasons.isEmpty();
  }
}
