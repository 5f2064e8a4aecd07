package dev.opsagent.operations.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * One pattern of a {@code .dockerignore}, as Docker reads it: {@code *} and {@code ?} stay within a
 * name, {@code **} goes across folders, {@code [a-z]} is one character of a class, a backslash
 * takes away what the next character means. Matching takes time linear in both lengths.
 *
 * @param excepts whether it began with {@code !}
 * @param text without that, and without what adds nothing to a path
 */
record IgnorePattern(boolean excepts, String text, List<Part> parts) {
  /** One part of a pattern. */
  sealed interface Part {
    boolean takes(char c);

    /** Whether it may stand for any number of characters, none included. */
    default boolean repeats() {
      return false;
    }
  }

  private record Plain(char it) implements Part {
    @Override
    public boolean takes(char c) {
      return c == it;
    }
  }

  /** Any character of a name. */
  private record InName(boolean repeats) implements Part {
    @Override
    public boolean takes(char c) {
      return c != '/';
    }
  }

  /** Anything at all. */
  private record Across() implements Part {
    @Override
    public boolean takes(char c) {
      return true;
    }

    @Override
    public boolean repeats() {
      return true;
    }
  }

  /** Any folders, none included. */
  private record Folders() implements Part {
    @Override
    public boolean takes(char c) {
      return true;
    }

    @Override
    public boolean repeats() {
      return true;
    }
  }

  /** One character of a class; {@code ranges} holds pairs of first and last. */
  private record OneOf(boolean negated, String ranges) implements Part {
    @Override
    public boolean takes(char c) {
      boolean within = false;
      for (int at = 0; at < ranges.length(); at += 2) {
        within |= ranges.charAt(at) <= c && c <= ranges.charAt(at + 1);
      }
      return c != '/' && within != negated;
    }
  }

  IgnorePattern {
    parts = List.copyOf(parts);
  }

  /**
   * Reads a line that is neither blank nor a comment.
   *
   * @throws IllegalArgumentException when it is no pattern
   */
  static IgnorePattern of(String line) {
    String stripped = line.strip();
    boolean excepts = stripped.startsWith("!");
    String pattern = cleaned(excepts ? stripped.substring(1).strip() : stripped);
    if (excepts && pattern.isEmpty()) {
      throw new IllegalArgumentException("names nothing");
    }
    return new IgnorePattern(excepts, pattern, new Reader(pattern).parts());
  }

  /** Without what adds nothing to a path: doubled slashes, dots, a slash at either end. */
  private static String cleaned(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..") && !names.isEmpty() && !names.getLast().equals("..")) {
        names.removeLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return String.join("/", names);
  }

  /**
   * Where it matches.
   *
   * @return the length of each beginning of the path, up to a slash or the end, that it names
   */
  BitSet named(String path) {
    BitSet lengths = new BitSet();
    BitSet states = new BitSet();
    enter(states, 0);
    for (int at = 0; at < path.length() && !states.isEmpty(); at++) {
      char c = path.charAt(at);
      if (c == '/' && states.get(parts.size())) {
        lengths.set(at);
      }
      BitSet next = new BitSet();
      for (int state = states.nextSetBit(0); state >= 0; state = states.nextSetBit(state + 1)) {
        advance(state, c, next);
      }
      states = next;
    }
    if (states.get(parts.size())) {
      lengths.set(path.length());
    }
    return lengths;
  }

  /** Whether it is an exception that begins with the folder's own name. */
  boolean reaches(String folder) {
    return excepts && (text + "/").startsWith(folder + "/");
  }

  private void advance(int state, char c, BitSet next) {
    if (state == parts.size() || !parts.get(state).takes(c)) {
      return;
    }
    Part part = parts.get(state);
    if (part.repeats()) {
      next.set(state);
    }
    if (!(part instanceof Folders) || c == '/') {
      enter(next, state + 1);
    }
  }

  /** Being at a part that may stand for nothing is being at the next one too. */
  private void enter(BitSet states, int state) {
    int reached = state;
    states.set(reached);
    while (reached < parts.size() && parts.get(reached).repeats()) {
      reached++;
      states.set(reached);
    }
  }

  private static final class Reader {
    private final String pattern;
    private final List<Part> parts = new ArrayList<>();
    private int at;

    Reader(String pattern) {
      this.pattern = pattern;
    }

    List<Part> parts() {
      while (at < pattern.length()) {
        char c = pattern.charAt(at++);
        parts.add(
            switch (c) {
              case '*' -> star();
              case '?' -> new InName(false);
              case '[' -> characters();
              case '\\' -> new Plain(next());
              default -> new Plain(c);
            });
      }
      return parts;
    }

    private Part star() {
      if (!follows('*')) {
        return new InName(true);
      }
      // Two stars before a name need no slash between: Docker takes both for the same.
      var _ = follows('/');
      return at < pattern.length() ? new Folders() : new Across();
    }

    private boolean follows(char c) {
      boolean there = at < pattern.length() && pattern.charAt(at) == c;
      at += there ? 1 : 0;
      return there;
    }

    private Part characters() {
      boolean negated = follows('^');
      StringBuilder ranges = new StringBuilder();
      do {
        char first = next(true);
        char last = follows('-') ? next(true) : first;
        ranges.append(first).append(last);
      } while (!follows(']'));
      return new OneOf(negated, ranges.toString());
    }

    private char next(boolean escapes) {
      char c = next();
      return escapes && c == '\\' ? next() : c;
    }

    private char next() {
      if (at == pattern.length()) {
        throw new IllegalArgumentException("ends too early");
      }
      return pattern.charAt(at++);
    }
  }
}
