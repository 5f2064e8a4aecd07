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

  /**
   * The fact of a service of a stack that tells how the names of the steps end that bring it up;
   * empty when all steps of the plan are about it.
   */
  public static final String STEPS = "steps";

  private static final String OF = "/";

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

  /** The names of the services of a stack that these facts tell of. */
  public List<String> services() {
    return values.keySet().stream()
        .filter(name -> name.endsWith(OF + STEPS))
        .map(name -> name.substring(0, name.length() - (OF + STEPS).length()))
        .toList();
  }

  /** The fact of a service of a stack. */
  public Optional<String> find(Optional<String> service, String name) {
    return find(service.map(it -> it + OF).orElse("") + name);
  }

  /** What these facts tell of one service of a stack, as if it were alone. */
  public Facts of(String service) {
    String prefix = service + OF;
    SortedMap<String, String> own = new TreeMap<>();
    values.forEach((name, value) -> {
      if (name.startsWith(prefix)) {
        own.put(name.substring(prefix.length()), value);
      } else if (name.startsWith(PROOF + prefix)) {
        own.put(PROOF + name.substring((PROOF + prefix).length()), value);
      }
    });
    return new Facts(own);
  }

  /** These facts as those of a service of a stack: what {@link #of} turns back. */
  public Facts under(String service) {
    SortedMap<String, String> all = new TreeMap<>();
    values.forEach((name, value) -> {
      boolean proof = name.startsWith(PROOF);
      String own = proof ? name.substring(PROOF.length()) : name;
      all.put((proof ? PROOF : "") + service + OF + own, value);
    });
    return new Facts(all);
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
