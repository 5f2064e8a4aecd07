package dev.opsagent.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was looked up or produced, by name: observations before the plan, outputs of steps after it.
 * Journaled, so never a secret; sorted, so equal facts have equal digests.
 */
public record Facts(@JsonValue SortedMap<String, String> values) {
  /** Begins the names of facts that the audit tells: what was proved, and by which map. */
  public static final String PROOF = "proof.";

  public static final Facts NONE = new Facts(new TreeMap<>());

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Facts {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  public static Facts of(Map<String, String> values) {
    return new Facts(new TreeMap<>(values));
  }

  /** The fact, which the caller knows to be there: an absent one is a bug. */
  public String get(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalStateException("no fact " + name + " in " + values.keySet()));
  }

  public Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** What the audit tells of these facts, one sentence each. */
  public List<String> proofs() {
    return List.copyOf(values.subMap(PROOF, PROOF + Character.MAX_VALUE).values());
  }

  /** These facts and the others; the others win. */
  public Facts with(Facts others) {
    SortedMap<String, String> all = new TreeMap<>(values);
    all.putAll(others.values);
    return new Facts(all);
  }

  public Facts with(String name, String value) {
    return with(of(Map.of(name, value)));
  }
}
