package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A glob as what it asks of one folder or file name after the other.
 *
 * @param rank of the glob among all
 * @param names patterns of single names, by their number; {@link #DEEP} stands for any folders
 * @param open whether whatever lies below a match matches too
 */
record SegmentedGlob(int rank, List<Integer> names, boolean open) {
  /** Any number of folders, also none. */
  static final int DEEP = -1;

  private static final String CROSSING = "**";
  private static final int MOST_FORMS = 256;

  SegmentedGlob {
    names = List.copyOf(names);
  }

  /**
   * Splits a glob; one in whose braces there are slashes becomes several.
   *
   * @param patterns numbers the patterns
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static List<SegmentedGlob> of(int rank, String glob, NamePatterns patterns) {
    List<String> forms = new ArrayList<>();
    spread(glob, forms);
    return forms.stream().map(form -> one(rank, form, patterns)).toList();
  }

  private static SegmentedGlob one(int rank, String form, NamePatterns patterns) {
    List<Integer> names = new ArrayList<>();
    List<String> parts = parts(form);
    boolean open = parts.getLast().equals(CROSSING);
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      if (part.equals(CROSSING)) {
        names.add(i == parts.size() - 1 ? patterns.number("*") : DEEP);
        continue;
      }
      if (part.isEmpty() || part.contains(CROSSING)) {
        throw new IllegalArgumentException("a name in it is empty, or ** is only a part of one");
      }
      names.add(patterns.number(part));
    }
    return new SegmentedGlob(rank, names, open);
  }

  /** Slashes in braces are gone by now. */
  private static List<String> parts(String form) {
    return List.of(form.split("/", -1));
  }

  /** Writes the alternatives of the first choice that holds a slash out, until none does. */
  private static void spread(String glob, List<String> forms) {
    int open = glob.indexOf('{');
    while (open >= 0) {
      int close = partner(glob, open);
      if (glob.substring(open, close).indexOf('/') >= 0) {
        for (String inner : alternatives(glob.substring(open + 1, close))) {
          spread(glob.substring(0, open) + inner + glob.substring(close + 1), forms);
        }
        return;
      }
      open = glob.indexOf('{', close);
    }
    if (forms.size() == MOST_FORMS) {
      throw new IllegalArgumentException("its braces have too many combinations");
    }
    forms.add(glob);
  }

  private static int partner(String glob, int open) {
    int depth = 0;
    for (int at = open; at < glob.length(); at++) {
      depth += glob.charAt(at) == '{' ? 1 : glob.charAt(at) == '}' ? -1 : 0;
      if (depth == 0) {
        return at;
      }
    }
    throw new IllegalArgumentException("a { stands without its }");
  }

  private static List<String> alternatives(String inside) {
    List<String> alternatives = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int at = 0; at < inside.length(); at++) {
      char c = inside.charAt(at);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (c == ',' && depth == 0) {
        alternatives.add(inside.substring(begin, at));
        begin = at + 1;
      }
    }
    alternatives.add(inside.substring(begin));
    return alternatives;
  }

  /** Where the glob may stand after one more name, counted in names that are matched. */
  List<Integer> after(int matched, int nameClass, NameClasses classes) {
    List<Integer> next = new ArrayList<>(2);
    if (matched == names.size()) {
      return open ? List.of(matched) : List.of();
    }
    int pattern = names.get(matched);
    if (pattern == DEEP) {
      next.add(matched);
      next.addAll(after(matched + 1, nameClass, classes));
      return next;
    }
    return classes.matches(nameClass, pattern) ? List.of(matched + 1) : List.of();
  }

  /** Whether a path that stands there matches. */
  boolean endsAt(int matched) {
    return matched == names.size();
  }

  /** How many names a path that stands there lacks, the least that it may be. */
  int missing(int matched) {
    return names.size() - matched;
  }

  private record Both(int one, int other) {}

  /** A path that two globs have in common, if there is any. */
  static Optional<String> common(SegmentedGlob one, SegmentedGlob other, NameClasses names)
      throws PathStates.Full {
    if (!one.mayEndLike(other, names)) {
      return Optional.empty();
    }
    return new PathSearch<>(
            new Both(0, 0), names, it -> one.missing(it.one()) + other.missing(it.other()))
        .first(
            (place, nameClass) -> both(one, other, place, nameClass, names),
            place -> one.endsAt(place.one()) && other.endsAt(place.other()));
  }

  /** The cheap question first: the last names must be able to be one. */
  private boolean mayEndLike(SegmentedGlob other, NameClasses classes) {
    return open || other.open || classes.alike(names.getLast(), other.names.getLast());
  }

  private static List<Both> both(
      SegmentedGlob one, SegmentedGlob other, Both place, int nameClass, NameClasses names) {
    List<Integer> ones = one.after(place.one(), nameClass, names);
    if (ones.isEmpty()) {
      return List.of();
    }
    List<Both> next = new ArrayList<>();
    for (int second : other.after(place.other(), nameClass, names)) {
      ones.forEach(first -> next.add(new Both(first, second)));
    }
    return next;
  }
}
