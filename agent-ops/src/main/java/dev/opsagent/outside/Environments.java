package dev.opsagent.outside;

import dev.opsagent.outside.Environment.Wall;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The environments that a fleet serves.
 *
 * @param all in the operator's order; at least one, each name once
 */
public record Environments(List<Environment> all) {
  public Environments {
    all = List.copyOf(all);
    long names = all.stream().map(Environment::name).distinct().count();
    if (all.isEmpty() || names < all.size()) {
      throw new IllegalArgumentException("environments must be at least one, each name once");
    }
  }

  /** Environments of which nothing but the names is declared. */
  public static Environments undeclared(List<String> names) {
    return new Environments(names.stream().distinct().map(Environment::undeclared).toList());
  }

  /** The environment of that name; empty when it is not served. */
  public Optional<Environment> find(String name) {
    return all.stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /** Their names, in the operator's order. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    all.forEach(it -> names.add(it.name()));
    return names;
  }

  /** The same, those that are named behind a wall that is at least that strong. */
  public Environments requiring(Map<String, Wall> least) {
    return new Environments(
        all.stream().map(it -> it.requiring(least.getOrDefault(it.name(), it.sandbox()))).toList());
  }
}
