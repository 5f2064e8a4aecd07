package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A glob as a nondeterministic automaton over characters; see {@link PathGlob} for its language.
 */
final class GlobNfa {
  /** Labels that are no character: any, any but the slash, none at all. */
  private static final int ANY = -1;

  private static final int WITHIN = -2;
  private static final int EMPTY = -3;

  private static final int DEEPEST_CHOICE = 8;

  private final String glob;
  private final List<List<Edge>> edges = new ArrayList<>();
  private final int accepting;
  private final int[][] closures;
  private int at;

  private record Edge(int label, int to) {
    boolean takes(char c) {
      return switch (label) {
        case ANY -> true;
        case WITHIN -> c != '/';
        case EMPTY -> false;
        default -> label == c;
      };
    }
  }

  /**
   * Reads a glob.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  GlobNfa(String glob) {
    this.glob = glob;
    int end = sequence(state(), 0);
    if (at < glob.length()) {
      throw new IllegalArgumentException("a } stands without its {");
    }
    accepting = end;
    closures = new int[edges.size()][];
    for (int from = 0; from < closures.length; from++) {
      closures[from] = reachedByNothing(from);
    }
  }

  private int sequence(int from, int depth) {
    int current = from;
    while (at < glob.length()) {
      char c = glob.charAt(at);
      if (c == '}' || (c == ',' && depth > 0)) {
        return current;
      }
      current = one(current, c, depth);
    }
    return current;
  }

  private int one(int from, char c, int depth) {
    if (glob.startsWith("**/", at)) {
      at += 3;
      return folders(from);
    }
    if (glob.startsWith("**", at)) {
      at += 2;
      return repeated(from, ANY);
    }
    if (c == '{') {
      return choice(from, depth + 1);
    }
    at++;
    return switch (c) {
      case '*' -> repeated(from, WITHIN);
      case '?' -> step(from, WITHIN);
      default -> step(from, c);
    };
  }

  private int choice(int from, int depth) {
    if (depth > DEEPEST_CHOICE) {
      throw new IllegalArgumentException("choices are nested too deep");
    }
    int end = state();
    do {
      at++;
      int begin = state();
      edge(from, EMPTY, begin);
      edge(sequence(begin, depth), EMPTY, end);
    } while (at < glob.length() && glob.charAt(at) == ',');
    if (at == glob.length()) {
      throw new IllegalArgumentException("a { stands without its }");
    }
    at++;
    return end;
  }

  private int folders(int from) {
    int inside = repeated(from, ANY);
    int out = state();
    edge(from, EMPTY, out);
    edge(inside, '/', out);
    return out;
  }

  private int repeated(int from, int label) {
    int loop = state();
    edge(from, EMPTY, loop);
    edge(loop, label, loop);
    return loop;
  }

  private int step(int from, int label) {
    int to = state();
    edge(from, label, to);
    return to;
  }

  private int state() {
    edges.add(new ArrayList<>());
    return edges.size() - 1;
  }

  private void edge(int from, int label, int to) {
    edges.get(from).add(new Edge(label, to));
  }

  private int[] reachedByNothing(int from) {
    BitSet reached = new BitSet();
    reached.set(from);
    List<Integer> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      for (Edge edge : edges.get(open.removeLast())) {
        if (edge.label() == EMPTY && !reached.get(edge.to())) {
          reached.set(edge.to());
          open.add(edge.to());
        }
      }
    }
    return reached.stream().toArray();
  }

  int size() {
    return edges.size();
  }

  /** States in which a reading begins. */
  int[] begin() {
    return closures[0];
  }

  boolean accepts(int state) {
    return state == accepting;
  }

  /** Adds the states that follow on a character. */
  void follow(int state, char c, int offset, BitSet into) {
    for (Edge edge : edges.get(state)) {
      if (edge.takes(c)) {
        for (int next : closures[edge.to()]) {
          into.set(offset + next);
        }
      }
    }
  }

  /** The characters that the glob names. */
  Set<Character> named() {
    Set<Character> named = new TreeSet<>();
    edges.forEach(from ->
        from.stream().filter(it -> it.label() >= 0).forEach(it -> named.add((char) it.label())));
    return named;
  }

  /** Adds the characters that lead on from a state and are named. */
  void namedFrom(int state, BitSet into) {
    for (Edge edge : edges.get(state)) {
      if (edge.label() >= 0) {
        into.set(edge.label());
      }
    }
  }

  boolean matches(String text) {
    BitSet states = new BitSet();
    Arrays.stream(begin()).forEach(states::set);
    for (int i = 0; i < text.length() && !states.isEmpty(); i++) {
      BitSet next = new BitSet();
      for (int state = states.nextSetBit(0); state >= 0; state = states.nextSetBit(state + 1)) {
        follow(state, text.charAt(i), 0, next);
      }
      states = next;
    }
    return states.get(accepting);
  }
}
