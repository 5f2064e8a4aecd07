package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.List;

/** The globs of a map in their rank, ready to judge and to be proved. */
record CompiledGlobs(List<SegmentedGlob> globs, PathAutomaton automaton) {
  CompiledGlobs {
    globs = List.copyOf(globs);
  }

  /**
   * Compiles globs, the first of lowest rank.
   *
   * @throws IllegalArgumentException when they are too many and too much alike
   */
  static CompiledGlobs of(List<String> globs) {
    return together(List.of(globs)).getFirst();
  }

  /** Compiles several maps over one alphabet of names, so that they can be compared. */
  static List<CompiledGlobs> together(List<List<String>> maps) {
    NamePatterns patterns = new NamePatterns();
    patterns.number("*");
    List<List<SegmentedGlob>> split = new ArrayList<>();
    for (List<String> globs : maps) {
      List<SegmentedGlob> all = new ArrayList<>();
      for (int rank = 0; rank < globs.size(); rank++) {
        all.addAll(SegmentedGlob.of(rank, globs.get(rank), patterns));
      }
      split.add(all);
    }
    NameClasses names = NameClasses.of(patterns.all());
    return split.stream()
        .map(all -> new CompiledGlobs(all, new PathAutomaton(all, names)))
        .toList();
  }

  /** The rank of the glob that decides. */
  int decide(String path) {
    return automaton.decide(path);
  }

  NameClasses names() {
    return automaton.names();
  }
}
