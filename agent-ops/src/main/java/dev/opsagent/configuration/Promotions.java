package dev.opsagent.configuration;

import dev.opsagent.configuration.EnvironmentsDocument.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where releases come from, from environment to environment: it must end somewhere. */
final class Promotions {
  private final List<Entry> entries;
  private final YamlPlaces places;
  private final Map<String, Integer> indexes = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  Promotions(List<Entry> entries, YamlPlaces places) {
    this.entries = List.copyOf(entries);
    this.places = places;
    for (int index = 0; index < entries.size(); index++) {
      indexes.putIfAbsent(entries.get(index).name(), index);
    }
  }

  /** Names that stand twice or are missing, and circles, each told once. */
  List<Problem> problems() {
    for (int index = 0; index < entries.size(); index++) {
      unique(index);
      known(index);
      circle(index);
    }
    return problems;
  }

  private void unique(int index) {
    if (first(entries.get(index).name()) != index) {
      problem(index, ".name", "is given to two environments", "give each its own", List.of());
    }
  }

  private void known(int index) {
    Optional<String> from = entries.get(index).promotesFrom();
    if (from.isEmpty() || indexes.containsKey(from.get())) {
      return;
    }
    List<String> names = List.copyOf(indexes.keySet());
    String fix =
        Nearest.to(from.get(), names)
            .map(it -> "did you mean " + it + "?")
            .orElse("declared are: " + String.join(", ", names));
    problem(index, ".promotesFrom", "names no environment of this file", fix, names);
  }

  /** Follows the way back as far as it goes on; a circle is told at the first of its members. */
  private void circle(int index) {
    List<String> way = new ArrayList<>(List.of(entries.get(index).name()));
    Optional<Integer> at = before(index);
    while (at.isPresent() && at.get() > index && way.size() <= entries.size()) {
      way.add(entries.get(at.get()).name());
      at = before(at.get());
    }
    if (at.filter(it -> it == index).isPresent()) {
      way.add(entries.get(index).name());
      String cause = "comes back to where it began: " + String.join(" from ", way);
      problem(index, ".promotesFrom", cause, "take it from one of them", List.of());
    }
  }

  private Optional<Integer> before(int index) {
    return entries.get(index).promotesFrom().flatMap(it -> Optional.ofNullable(indexes.get(it)));
  }

  private int first(String name) {
    return indexes.getOrDefault(name, -1);
  }

  private void problem(int index, String part, String cause, String fix, List<String> valid) {
    String at = EnvironmentsReading.field(index) + part;
    problems.add(new Problem(places.of(at), at + " " + cause, fix, valid));
  }
}
