package dev.opsagent.operations;

import java.util.List;
import java.util.Optional;

/** A line or two of what a tool or a service said, fit for a report. */
public final class Lines {
  private static final int MAX = 200;
  private static final int FEW = 3;

  private Lines() {}

  /** The last line that says something. */
  public static Optional<String> last(String output) {
    return output
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((_, last) -> last)
        .map(Lines::printable);
  }

  /** The last few lines that say something, with bars between. */
  public static Optional<String> end(String output) {
    List<String> said = output.lines().filter(line -> !line.isBlank()).toList();
    return said.subList(Math.max(0, said.size() - FEW), said.size()).stream()
        .map(Lines::printable)
        .reduce((one, next) -> one + " | " + next);
  }

  /** Without control characters and cut to a line's length. */
  public static String printable(String text) {
    String plain = text.replaceAll("\\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= MAX ? plain : plain.substring(0, MAX) + "…";
  }
}
