package dev.opsagent.tools.docker;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The end of what a service wrote, without secrets and safe for terminals. */
final class ContainerLog {
  private static final int MAX_LINES = 60;
  private static final int MAX_LINE = 300;
  private static final int FEW = 3;

  private final UnaryOperator<String> mask;

  ContainerLog(UnaryOperator<String> mask) {
    this.mask = mask;
  }

  /** The last lines that say something. */
  List<String> lines(String raw) {
    List<String> lines =
        mask.apply(raw)
            .lines()
            .filter(line -> !line.isBlank())
            .map(ContainerLog::printable)
            .toList();
    return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
  }

  /** The last few lines in one, to be put behind a cause. */
  Optional<String> end(String raw) {
    List<String> lines = lines(raw);
    return lines.stream()
        .skip(Math.max(0, lines.size() - FEW))
        .reduce((one, next) -> one + " | " + next);
  }

  private static String printable(String line) {
    String plain = line.replaceAll("\\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= MAX_LINE ? plain : plain.substring(0, MAX_LINE) + "…";
  }
}
