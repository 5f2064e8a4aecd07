package dev.opsagent.authority;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Sets of places as states of a deterministic automaton, made when a path first leads to them and
 * kept: most of them are never met. May be used by several threads.
 */
final class PathStates {
  /** Where every path begins. */
  static final int BEGIN = 0;

  /** More states than this are not kept. */
  static final int MOST = 20_000;

  private final PathPlaces places;
  private final Map<BitSet, Integer> numbers = new HashMap<>();
  private volatile State[] states = new State[64];
  private int size;

  /** A transition that is not known yet is 0, else the number of its state plus one. */
  private record State(BitSet places, int deciding, int settledFrom, AtomicIntegerArray next) {}

  PathStates(PathPlaces places) {
    this.places = places;
    number(places.begin());
  }

  /**
   * The state after one more name.
   *
   * @throws Full when there is no room for it
   */
  int next(int state, int nameClass) throws Full {
    int known = states[state].next().getAcquire(nameClass);
    return known > 0 ? known - 1 : find(states[state], nameClass);
  }

  /** Which glob decides when a path ends here, or {@link PathPlaces#NONE}. */
  int deciding(int state) {
    return states[state].deciding();
  }

  /** Whether a glob can still decide a path that goes on from here. */
  boolean mayDecide(int state, int rank) {
    return rank < states[state].settledFrom();
  }

  /** The room for states is used up. */
  static final class Full extends Exception {
    private static final long serialVersionUID = 1L;

    Full() {
      super("too many states", null, false, false);
    }
  }

  private synchronized int find(State from, int nameClass) throws Full {
    if (size == MOST) {
      throw new Full();
    }
    int number = number(places.after(from.places(), nameClass));
    from.next().setRelease(nameClass, number + 1);
    return number;
  }

  private int number(BitSet set) {
    Integer known = numbers.get(set);
    if (known != null) {
      return known;
    }
    if (size == states.length) {
      states = Arrays.copyOf(states, 2 * size);
    }
    states[size] =
        new State(
            set,
            places.deciding(set),
            places.settledFrom(set),
            new AtomicIntegerArray(places.names().count()));
    numbers.put(set, size);
    return size++;
  }
}
