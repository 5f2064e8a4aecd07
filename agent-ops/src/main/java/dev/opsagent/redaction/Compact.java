package dev.opsagent.redaction;

/**
 * Leaves out what encoders put between digits: spaces, the ends of wrapped lines, separators and
 * the marks of escapes. The URL alphabet of base64 becomes the other one.
 */
final class Compact {
  /** Stands for a byte that is left out. */
  static final int DROPPED = -1;

  private static final String BETWEEN = " \t\r\n:,;%=\\&#[]()";

  private static final int[] LEFT = new int[256];

  static {
    for (int i = 0; i < LEFT.length; i++) {
      LEFT[i] = BETWEEN.indexOf(i) >= 0 ? DROPPED : i;
    }
    LEFT['-'] = '+';
    LEFT['_'] = '/';
  }

  private Compact() {}

  /** What is left of the byte. */
  static int of(int unsigned) {
    return LEFT[unsigned];
  }
}
