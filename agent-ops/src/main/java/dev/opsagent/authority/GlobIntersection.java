package dev.opsagent.authority;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether two globs have a text in common: walks both automata side by side, so that the
 * first common text that it meets is a shortest one.
 */
final class GlobIntersection {
  private static final char ANYTHING_ELSE = 'x';

  private final GlobNfa one;
  private final GlobNfa other;
  private final Map<Place, Step> reached = new HashMap<>();
  private final Deque<Place> open = new ArrayDeque<>();

  private record Place(int one, int other) {}

  private record Step(Optional<Place> from, char c) {}

  private GlobIntersection(GlobNfa one, GlobNfa other) {
    this.one = one;
    this.other = other;
  }

  /** A shortest text that both match. */
  static Optional<String> text(GlobNfa one, GlobNfa other) {
    return new GlobIntersection(one, other).shortest();
  }

  private Optional<String> shortest() {
    for (int first : one.begin()) {
      for (int second : other.begin()) {
        reach(new Place(first, second), new Step(Optional.empty(), ' '));
      }
    }
    Set<Character> alphabet = alphabet();
    while (!open.isEmpty()) {
      Place place = open.removeFirst();
      if (one.accepts(place.one()) && other.accepts(place.other())) {
        return Optional.of(text(place));
      }
      alphabet.forEach(c -> follow(place, c));
    }
    return Optional.empty();
  }

  private Set<Character> alphabet() {
    Set<Character> alphabet = new TreeSet<>(one.named());
    alphabet.addAll(other.named());
    alphabet.add('/');
    alphabet.add(unnamed(alphabet));
    return alphabet;
  }

  /** A character that stands for all that nobody names. */
  static char unnamed(Set<Character> named) {
    char c = ANYTHING_ELSE;
    while (named.contains(c)) {
      c++;
    }
    return c;
  }

  private void follow(Place place, char c) {
    BitSet ones = new BitSet();
    one.follow(place.one(), c, 0, ones);
    BitSet others = new BitSet();
    other.follow(place.other(), c, 0, others);
    Step step = new Step(Optional.of(place), c);
    ones.stream()
        .forEach(first -> others.stream().forEach(second -> reach(new Place(first, second), step)));
  }

  private void reach(Place place, Step step) {
    if (reached.putIfAbsent(place, step) == null) {
      open.addLast(place);
    }
  }

  private String text(Place end) {
    StringBuilder text = new StringBuilder();
    Optional<Place> place = Optional.of(end);
    while (place.isPresent()) {
      Step step = Objects.requireNonNull(reached.get(place.get()));
      if (step.from().isPresent()) {
        text.append(step.c());
      }
      place = step.from();
    }
    return text.reverse().toString();
  }
}
