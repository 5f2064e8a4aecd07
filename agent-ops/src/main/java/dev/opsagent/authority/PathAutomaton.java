package dev.opsagent.authority;

import java.util.List;

/**
 * Many globs as one deterministic automaton over the classes of names: one look-up per character
 * and one per name tell which glob decides, which is the first in rank that matches.
 */
final class PathAutomaton {
  private final PathPlaces places;
  private volatile PathStates states;

  /**
   * Compiles.
   *
   * @param globs those of lower rank first
   */
  PathAutomaton(List<SegmentedGlob> globs, NameClasses names) {
    this.places = new PathPlaces(globs, names);
    this.states = new PathStates(places);
  }

  /** The rank of the first glob that matches a path, or {@link PathPlaces#NONE}. */
  int decide(String path) {
    try {
      return decide(path, states);
    } catch (PathStates.Full full) {
      return decideAnew(path);
    }
  }

  /** Begins to keep states anew; one path leads to few. */
  private int decideAnew(String path) {
    PathStates fresh = new PathStates(places);
    states = fresh;
    try {
      return decide(path, new PathStates(places));
    } catch (PathStates.Full impossible) {
      throw new IllegalStateException("a path has fewer names than there is room", impossible);
    }
  }

  private int decide(String path, PathStates known) throws PathStates.Full {
    int state = PathStates.BEGIN;
    int begin = 0;
    for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', begin)) {
      state = known.next(state, places.names().of(path, begin, end));
      begin = end + 1;
    }
    return known.deciding(known.next(state, places.names().of(path, begin, path.length())));
  }

  /** States for a proof, which walks through them by itself. */
  PathStates fresh() {
    return new PathStates(places);
  }

  NameClasses names() {
    return places.names();
  }
}
