package dev.opsagent.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the worker can do its work now.
 *
 * @param reasons why not, one sentence each; empty when it can
 * @param facts what else is told, by name
 */
public record Readiness(List<String> reasons, Map<String, Object> facts) {
  public Readiness {
    reasons = List.copyOf(reasons);
    facts = Map.copyOf(facts);
  }

  public Readiness(List<String> reasons) {
    this(reasons, Map.of());
  }

  /** The same with one more fact, if there is one. */
  public Readiness with(String name, Optional<?> fact) {
    Map<String, Object> all = new HashMap<>(facts);
    fact.ifPresent(it -> all.put(name, it));
    return new Readiness(reasons, all);
  }

  public boolean ready() {
    return reasons.isEmpty();
  }
}
