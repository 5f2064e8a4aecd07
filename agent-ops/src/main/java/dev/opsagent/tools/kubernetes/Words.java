package dev.opsagent.tools.kubernetes;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What clusters and services say, without secrets and safe for terminals.
 *
 * @param mask hides secrets
 */
record Words(UnaryOperator<String> mask) {
  private static final int MAX_LINES = 60;
  private static final int MAX_LINE = 400;
  private static final int FEW = 3;

  /** The last lines that say something. */
  List<String> lines(String raw) {
    List<String> lines =
        mask.apply(raw).lines().filter(line -> !line.isBlank()).map(Words::printable).toList();
    return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
  }

  /** The last few lines in one, to be put behind a cause. */
  Optional<String> end(String raw) {
    List<String> lines = lines(raw);
    return lines.stream()
        .skip(Math.max(0, lines.size() - FEW))
        .reduce((one, next) -> one + " | " + next);
  }

  /** One line, whatever it was. */
  String masked(String raw) {
    return printable(mask.apply(raw));
  }

  static String printable(String text) {
    String plain = text.replaceAll("\\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}+", " ");
    return plain.length() <= MAX_LINE ? plain : plain.substring(0, MAX_LINE) + "…";
  }
}
