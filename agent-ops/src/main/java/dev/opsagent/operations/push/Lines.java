package dev.opsagent.operations.push;

import java.util.Optional;

/** One line of what a tool or a service said, fit for a report. */
final class Lines {
  private static final int MAX = 200;

  private Lines() {}

  /** The last line that says something. */
  static Optional<String> last(String output) {
    return output
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((_, last) -> last)
        .map(Lines::printable);
  }

  /** Without control characters and cut to a line's length. */
  static String printable(String text) {
    String plain = text.replaceAll("\\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= MAX ? plain : plain.substring(0, MAX) + "…";
  }
}
