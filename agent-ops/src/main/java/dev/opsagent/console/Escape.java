package dev.opsagent.console;

/**
 * Makes text from outside safe to print: nothing in it can move the cursor, colour the screen, or
 * begin a line of its own.
 */
public final class Escape {
  private Escape() {}

  /** The text on one line; control and formatting characters are shown, not sent. */
  public static String line(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(it -> append(safe, it));
    return safe.toString();
  }

  /** The text on one line of at most this many characters; a cut is marked. */
  public static String line(String text, int width) {
    return cut(line(text), width);
  }

  static String cut(String safe, int width) {
    if (safe.codePointCount(0, safe.length()) <= width) {
      return safe;
    }
    return safe.substring(0, safe.offsetByCodePoints(0, Math.max(0, width - 1))) + "…";
  }

  private static void append(StringBuilder safe, int character) {
    switch (character) {
      case '\n' -> safe.append("\\n");
      case '\r' -> safe.append("\\r");
      case '\t' -> safe.append("\\t");
      default -> appendVisible(safe, character);
    }
  }

  private static void appendVisible(StringBuilder safe, int character) {
    // Formatting characters reorder or hide text: a right-to-left override can forge a line.
    if (Character.isISOControl(character)
        || Character.getType(character) == Character.FORMAT
        || Character.getType(character) == Character.SURROGATE
        || character == 0x2028
        || character == 0x2029) {
      safe.append("\\u{").append(Integer.toHexString(character)).append('}');
      return;
    }
    safe.appendCodePoint(character);
  }
}
