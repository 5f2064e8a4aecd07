package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The patterns of single names that globs are made of, each once. */
final class NamePatterns {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<GlobNfa> all = new ArrayList<>();

  /** The number of a pattern, counted from 0. */
  int number(String pattern) {
    return numbers.computeIfAbsent(
        pattern,
        text -> {
          all.add(new GlobNfa(text));
          return all.size() - 1;
        });
  }

  List<GlobNfa> all() {
    return all;
  }
}
