package dev.opsagent.outside;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What tools, services and clusters said, without secrets and safe for reports and terminals.
 *
 * @param mask hides secrets
 * @param longest characters of a line; what is longer is cut
 */
public record Printable(UnaryOperator<String> mask, int longest) {
  private static final int MOST_LINES = 60;
  private static final int FEW = 3;

  /** With lines as long as those of a log may be. */
  public static Printable log(UnaryOperator<String> mask) {
    return new Printable(mask, 300);
  }

  /** One line, whatever it was. */
  public String line(String raw) {
    return printable(mask.apply(raw));
  }

  /** The last lines that say something. */
  public List<String> lines(String raw) {
    List<String> said =
        mask.apply(raw).lines().filter(line -> !line.isBlank()).map(this::printable).toList();
    return said.subList(Math.max(0, said.size() - MOST_LINES), said.size());
  }

  /** The last few of them in one, to be put behind a cause. */
  public Optional<String> end(String raw) {
    List<String> lines = lines(raw);
    return lines.subList(Math.max(0, lines.size() - FEW), lines.size()).stream()
        .reduce((one, next) -> one + " | " + next);
  }

  private String printable(String text) {
    String plain = text.replaceAll("\\u001b\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}+", " ");
    return plain.length() <= longest ? plain : plain.substring(0, longest) + "…";
  }
}
