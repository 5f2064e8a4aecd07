package dev.opsagent.authority;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Sorts names into classes: two names are of one class when the same patterns match them. One
 * deterministic automaton over the characters of a name does it; characters that no pattern names
 * are alike. What is no name (nothing, one dot, two dots) has no class.
 */
final class NameClasses {
  private static final int ASCII = 128;
  private static final int MOST_STATES = 50_000;

  private final byte[] alphabet;
  private final int characters;
  private final int[] table;
  private final int[] classes;
  private final List<BitSet> matching;
  private final List<String> examples;

  private NameClasses(Compiler compiler) {
    this.alphabet = compiler.alphabet;
    this.characters = compiler.characters.length;
    this.table = compiler.rows.stream().flatMapToInt(Arrays::stream).toArray();
    this.classes = compiler.classes.stream().mapToInt(it -> it).toArray();
    this.matching = List.copyOf(compiler.matching);
    this.examples = List.copyOf(compiler.examples);
  }

  /**
   * Compiles.
   *
   * @throws IllegalArgumentException when the automaton would be too large
   */
  static NameClasses of(List<GlobNfa> patterns) {
    return new NameClasses(new Compiler(patterns).compiled());
  }

  /** The class of the name that stands between two places of a path. */
  int of(String path, int from, int to) {
    int state = 0;
    for (int at = from; at < to; at++) {
      char c = path.charAt(at);
      state = table[state * characters + (c < ASCII ? alphabet[c] : 0)];
    }
    return classes[state];
  }

  int count() {
    return matching.size();
  }

  boolean matches(int nameClass, int pattern) {
    return matching.get(nameClass).get(pattern);
  }

  /** Whether some name matches both patterns. */
  boolean alike(int pattern, int other) {
    return matching.stream().anyMatch(it -> it.get(pattern) && it.get(other));
  }

  /** A shortest name of the class. */
  String example(int nameClass) {
    return examples.get(nameClass);
  }

  /** Makes sets of the patterns' states into states, those with short names first. */
  private static final class Compiler {
    private final List<GlobNfa> patterns;
    private final int[] offsets;
    private final int[] patternOf;
    private final byte[] alphabet = new byte[ASCII];
    private final char[] characters;
    private final Map<BitSet, Integer> numbers = new HashMap<>();
    private final List<BitSet> sets = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private final List<Integer> classes = new ArrayList<>();
    private final Map<BitSet, Integer> classNumbers = new HashMap<>();
    private final List<BitSet> matching = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();

    Compiler(List<GlobNfa> patterns) {
      this.patterns = patterns;
      this.offsets = new int[patterns.size()];
      int total = 0;
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = total;
        total += patterns.get(i).size();
      }
      this.patternOf = new int[total];
      for (int i = 0; i < offsets.length; i++) {
        Arrays.fill(patternOf, offsets[i], offsets[i] + patterns.get(i).size(), i);
      }
      this.characters = characters();
    }

    private char[] characters() {
      TreeSet<Character> named = new TreeSet<>(List.of('.'));
      patterns.forEach(pattern -> named.addAll(pattern.named()));
      char[] all = new char[named.size() + 1];
      all[0] = GlobIntersection.unnamed(named);
      int number = 1;
      for (char c : named) {
        alphabet[c] = (byte) number;
        all[number++] = c;
      }
      return all;
    }

    Compiler compiled() {
      BitSet begin = new BitSet();
      for (int i = 0; i < offsets.length; i++) {
        for (int state : patterns.get(i).begin()) {
          begin.set(offsets[i] + state);
        }
      }
      number(begin, "");
      for (int state = 0; state < sets.size(); state++) {
        rows.add(row(sets.get(state), names.get(state)));
        classes.add(classOf(sets.get(state), names.get(state)));
      }
      return this;
    }

    /** Characters that no edge out of the set names lead where the unnamed one leads. */
    private int[] row(BitSet set, String name) {
      int[] row = new int[characters.length];
      BitSet named = new BitSet(ASCII);
      set.stream()
          .forEach(state -> {
            int pattern = patternOf[state];
            patterns.get(pattern).namedFrom(state - offsets[pattern], named);
          });
      named.set('.');
      Arrays.fill(row, number(after(set, characters[0]), name + characters[0]));
      for (int i = 1; i < row.length; i++) {
        if (named.get(characters[i])) {
          row[i] = number(after(set, characters[i]), name + characters[i]);
        }
      }
      return row;
    }

    private BitSet after(BitSet set, char c) {
      BitSet next = new BitSet();
      for (int state = set.nextSetBit(0); state >= 0; state = set.nextSetBit(state + 1)) {
        int pattern = patternOf[state];
        patterns.get(pattern).follow(state - offsets[pattern], c, offsets[pattern], next);
      }
      return next;
    }

    private int number(BitSet set, String name) {
      // What begins with a dot may be no name yet, and then must not stand for one that is.
      boolean dots = name.equals(".") || name.equals("..");
      if (dots) {
        set.set(patternOf.length + name.length());
      }
      Integer known = numbers.get(set);
      if (known != null) {
        return known;
      }
      if (sets.size() == MOST_STATES) {
        throw new IllegalArgumentException("its patterns are too many and too much alike");
      }
      numbers.put(set, sets.size());
      BitSet states = (BitSet) set.clone();
      states.clear(patternOf.length, patternOf.length + 3);
      sets.add(states);
      names.add(name);
      return sets.size() - 1;
    }

    private int classOf(BitSet set, String name) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        return 0;
      }
      BitSet matched = new BitSet();
      set.stream()
          .filter(
              state -> patterns.get(patternOf[state]).accepts(state - offsets[patternOf[state]]))
          .forEach(state -> matched.set(patternOf[state]));
      return classNumbers.computeIfAbsent(
          matched,
          fresh -> {
            matching.add(fresh);
            examples.add(name);
            return matching.size() - 1;
          });
    }
  }
}
