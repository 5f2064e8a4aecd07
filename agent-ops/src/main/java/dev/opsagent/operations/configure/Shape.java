package dev.opsagent.operations.configure;

import java.util.List;

/** Where a part of a document stands in its text, in UTF-16 units. */
sealed interface Shape {
  int start();

  /** Behind the part. */
  int end();

  /** How a scalar is written. */
  enum Style {
    PLAIN,
    SINGLE,
    DOUBLE,
    /** Over lines of its own. */
    BLOCK
  }

  /** A string, number, boolean or null. */
  record Scalar(int start, int end, Style style) implements Shape {}

  /**
   * Keys with values.
   *
   * @param block whether each has lines of its own, instead of commas between
   */
  record Mapping(int start, int end, boolean block, List<Entry> entries) implements Shape {
    public Mapping {
      entries = List.copyOf(entries);
    }
  }

  /** A list. */
  record Sequence(int start, int end) implements Shape {}

  /**
   * One key with its value.
   *
   * @param start of the key
   * @param keyEnd behind the key
   */
  record Entry(String key, int start, int keyEnd, Shape value) {
    int end() {
      return value.end();
    }
  }
}
