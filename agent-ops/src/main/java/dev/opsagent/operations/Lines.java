package dev.opsagent.operations;

import dev.opsagent.outside.Printable;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A line or two of what a tool or a service said, fit for a report. */
public final class Lines {
  /** Secrets are hidden where the words come from. */
  private static final Printable REPORT = new Printable(UnaryOperator.identity(), 200);

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
    return REPORT.end(output);
  }

  /** Without control characters and cut to a line's length. */
  public static String printable(String text) {
    return REPORT.line(text);
  }
}
