package dev.opsagent.operations.image;

import java.util.ArrayDeque;
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
record IgnorePattern(boolean excepts, String text, List<PatternPart> parts) {
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
    return new IgnorePattern(excepts, pattern, new PatternReader(pattern).parts());
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
    PatternPart part = parts.get(state);
    if (part.repeats()) {
      next.set(state);
    }
    if (!(part instanceof PatternPart.Folders) || c == '/') {
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
}
