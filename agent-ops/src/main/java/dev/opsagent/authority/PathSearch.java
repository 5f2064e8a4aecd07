package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Walks through all paths at once, from place to place, where places that are reached a second time
 * lead to nothing new. What it finds it tells as a path.
 *
 * @param <P> where a path may stand
 */
final class PathSearch<P> {
  private static final int NO_NAME = -1;

  private final NameClasses names;
  private final Map<P, Step<P>> reached = new HashMap<>();
  private final PriorityQueue<P> open;

  /** One name further. */
  interface Follow<P> {
    List<P> after(P place, int nameClass) throws PathStates.Full;
  }

  private record Step<P>(P from, int nameClass) {}

  /**
   * Begins.
   *
   * @param missing how many names a place lacks at least; places that lack few are looked at first
   */
  PathSearch(P begin, NameClasses names, ToIntFunction<P> missing) {
    this.names = names;
    this.open = new PriorityQueue<>(Comparator.comparingInt(missing));
    reached.put(begin, new Step<>(begin, NO_NAME));
    open.add(begin);
  }

  /** A path that leads to a wanted place, if there is any. */
  Optional<String> first(Follow<P> follow, Predicate<P> wanted) throws PathStates.Full {
    for (P place = open.poll(); place != null; place = open.poll()) {
      for (int nameClass = 0; nameClass < names.count(); nameClass++) {
        for (P next : follow.after(place, nameClass)) {
          boolean fresh = reached.putIfAbsent(next, new Step<>(place, nameClass)) == null;
          if (fresh && wanted.test(next)) {
            return Optional.of(path(next));
          }
          if (fresh) {
            open.add(next);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Goes to every place but the first. */
  void all(Follow<P> follow, Consumer<P> visit) throws PathStates.Full {
    first(
        follow,
        place -> {
          visit.accept(place);
          return false;
        });
  }

  /** The path that led to a place. */
  String path(P end) {
    List<String> path = new ArrayList<>();
    Step<P> step = Objects.requireNonNull(reached.get(end));
    while (step.nameClass() != NO_NAME) {
      path.add(names.example(step.nameClass()));
      step = Objects.requireNonNull(reached.get(step.from()));
    }
    return String.join("/", path.reversed());
  }
}
