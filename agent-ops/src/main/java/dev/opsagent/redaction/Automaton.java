package dev.opsagent.redaction;

import java.util.Arrays;
import java.util.Collection;

/**
 * Finds many patterns in one pass, each byte once (Aho and Corasick). States near the root, where
 * ordinary text stays, have a whole row of successors; the others, of which most have one, a list.
 */
final class Automaton {
  static final int ROOT = 0;

  /** No pattern. */
  static final int NONE = -1;

  /** Whole rows for so many states at most: a few hundred kilobytes. */
  private static final int MOST_ROWS = 4096;

  private final int width;
  private final int[] classes;
  private final int dense;
  private final int[] rows;
  private final int[] child;
  private final int[] sibling;
  private final int[] symbol;
  private final int[] fail;
  private final int[] depth;
  private final int[] secret;
  private final int[] secretLength;
  private final int[] shape;
  private final int[] begun;

  private Automaton(Trie trie) {
    this.classes = trie.classes();
    this.width = trie.width();
    int[] order = trie.breadthFirst();
    int states = order.length;
    int[] numbers = new int[states];
    for (int i = 0; i < states; i++) {
      numbers[order[i]] = i;
    }
    this.child = renumbered(trie.child, order, numbers);
    this.sibling = renumbered(trie.sibling, order, numbers);
    this.symbol = taken(trie.symbol, order);
    this.secret = taken(trie.secret, order);
    this.shape = taken(trie.shape, order);
    this.depth = taken(trie.depth, order);
    this.secretLength = new int[states];
    this.fail = new int[states];
    this.dense = Math.min(states, MOST_ROWS);
    this.rows = new int[dense * width];
    this.begun = beginnings();
    link();
  }

  /** An automaton that finds the patterns. */
  static Automaton of(Collection<Pattern> patterns) {
    Trie trie = new Trie();
    patterns.forEach(trie::add);
    return new Automaton(trie);
  }

  private static int[] taken(int[] from, int[] order) {
    int[] taken = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      taken[i] = from[order[i]];
    }
    return taken;
  }

  private static int[] renumbered(int[] from, int[] order, int[] numbers) {
    int[] taken = taken(from, order);
    for (int i = 0; i < taken.length; i++) {
      taken[i] = taken[i] == 0 ? 0 : numbers[taken[i]];
    }
    return taken;
  }

  /** The depth of each state that leads to a secret; {@link #link} fills in the others. */
  private int[] beginnings() {
    int[] beginnings = new int[child.length];
    for (int state = child.length - 1; state > ROOT; state--) {
      boolean leads = secret[state] != NONE;
      for (int next = child[state]; next != 0; next = sibling[next]) {
        leads |= beginnings[next] > 0;
      }
      beginnings[state] = leads ? depth[state] : 0;
    }
    return beginnings;
  }

  /** States are numbered by their depth, so what a state falls back to is complete before it. */
  private void link() {
    for (int state = 0; state < child.length; state++) {
      secretLength[state] = secret[state] == NONE ? 0 : depth[state];
      if (state != ROOT) {
        inherit(state, fail[state]);
      }
      if (state < dense) {
        System.arraycopy(rows, fail[state] * width, rows, state * width, width);
      }
      for (int next = child[state]; next != 0; next = sibling[next]) {
        fail[next] = state == ROOT ? ROOT : step(fail[state], symbol[next]);
        if (state < dense) {
          rows[state * width + symbol[next]] = next;
        }
      }
    }
  }

  private void inherit(int state, int from) {
    if (secret[state] == NONE) {
      secret[state] = secret[from];
      secretLength[state] = secretLength[from];
    }
    if (shape[state] == NONE) {
      shape[state] = shape[from];
    }
    if (begun[state] == 0) {
      begun[state] = begun[from];
    }
  }

  /** The state after one more byte. */
  int next(int state, int unsigned) {
    return step(state, classes[unsigned]);
  }

  private int step(int from, int wanted) {
    int state = from;
    while (state >= dense) {
      for (int next = child[state]; next != 0; next = sibling[next]) {
        if (symbol[next] == wanted) {
          return next;
        }
      }
      state = fail[state];
    }
    return rows[state * width + wanted];
  }

  /** Whether a pattern ends here. */
  boolean ends(int state) {
    return (secret[state] & shape[state]) != NONE;
  }

  /** The number of the secret of which the longest form ends here, or {@link #NONE}. */
  int secret(int state) {
    return secret[state];
  }

  int secretLength(int state) {
    return secretLength[state];
  }

  /** The number of the shape that begins with what ends here, or {@link #NONE}. */
  int shape(int state) {
    return shape[state];
  }

  /** How many of the last bytes may yet become a part of a pattern. */
  int depth(int state) {
    return depth[state];
  }

  /** How many of the last bytes are the beginning of a secret, if no more of it comes. */
  int begun(int state) {
    return begun[state];
  }

  int states() {
    return child.length;
  }

  /**
   * @param secret its number, or {@link #NONE}
   * @param shape number of the shape of which this is the beginning, or {@link #NONE}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and gone once the automaton stands
  record Pattern(byte[] bytes, int secret, int shape) {}

  /** The patterns as a tree, while they are being added. */
  private static final class Trie {
    private int[] child = new int[1024];
    private int[] sibling = new int[1024];
    private int[] symbol = new int[1024];
    private int[] secret = new int[1024];
    private int[] shape = new int[1024];
    private int[] depth = new int[1024];
    private int size = 1;

    Trie() {
      secret[ROOT] = NONE;
      shape[ROOT] = NONE;
    }

    void add(Pattern pattern) {
      int at = ROOT;
      for (byte one : pattern.bytes()) {
        at = descend(at, one & 0xff);
      }
      if (at == ROOT) {
        return;
      }
      secret[at] = pattern.secret() == NONE ? secret[at] : pattern.secret();
      shape[at] = pattern.shape() == NONE ? shape[at] : pattern.shape();
    }

    private int descend(int from, int unsigned) {
      for (int next = child[from]; next != 0; next = sibling[next]) {
        if (symbol[next] == unsigned) {
          return next;
        }
      }
      return grow(from, unsigned);
    }

    private int grow(int from, int unsigned) {
      if (size == child.length) {
        widen();
      }
      int made = size++;
      symbol[made] = unsigned;
      secret[made] = NONE;
      shape[made] = NONE;
      depth[made] = depth[from] + 1;
      sibling[made] = child[from];
      child[from] = made;
      return made;
    }

    private void widen() {
      int wide = size * 2;
      child = Arrays.copyOf(child, wide);
      sibling = Arrays.copyOf(sibling, wide);
      symbol = Arrays.copyOf(symbol, wide);
      secret = Arrays.copyOf(secret, wide);
      shape = Arrays.copyOf(shape, wide);
      depth = Arrays.copyOf(depth, wide);
    }

    /** Bytes that are in no pattern share the class 0; from here on, symbols are classes. */
    int[] classes() {
      int[] classes = new int[256];
      int next = 1;
      for (int state = 1; state < size; state++) {
        int unsigned = symbol[state];
        if (classes[unsigned] == 0) {
          classes[unsigned] = next++;
        }
        symbol[state] = classes[unsigned];
      }
      return classes;
    }

    int width() {
      return 1 + Arrays.stream(symbol, 0, size).max().orElse(0);
    }

    int[] breadthFirst() {
      int[] order = new int[size];
      int filled = 1;
      for (int i = 0; i < filled; i++) {
        for (int next = child[order[i]]; next != 0; next = sibling[next]) {
          order[filled++] = next;
        }
      }
      return order;
    }
  }
}
