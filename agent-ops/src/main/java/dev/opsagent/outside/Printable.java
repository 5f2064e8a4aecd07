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
  /** How many of the last lines of a log to read, so that {@link #lines} has some before them. */
  public static final int LINES_READ = 300;

  /** How many of the last characters of a log to read at most, for the same reason. */
  public static final int CHARACTERS_READ = 256 * 1024;

  private static final int MOST_LINES = 60;
  private static final int FEW = 3;
  private static final int LEFT = 300;

  /** With lines as long as those of a log may be. */
  public static Printable log(UnaryOperator<String> mask) {
    return new Printable(mask, 300);
  }

  /** One line, whatever it was. */
  public String line(String raw) {
    return printable(mask.apply(raw));
  }

  /**
   * The last lines that say something. Where the text is itself the end of a longer one, its
   * beginning may be the rest of a secret, which nobody recognises: most of it is left out.
   */
  public List<String> lines(String raw) {
    String masked = mask.apply(raw);
    boolean isEnd = raw.length() >= CHARACTERS_READ;
    List<String> lines = (isEnd ? after(CHARACTERS_READ / 4 * 3, masked) : masked).lines().toList();
    boolean isEndOfLines = raw.lines().count() >= LINES_READ;
    int unseen = isEndOfLines ? Math.min(LINES_READ - MOST_LINES, lines.size() - 1) : 0;
    List<String> said =
        lines.stream()
            .skip(Math.max(0, unseen))
            .filter(line -> !line.isBlank())
            .map(this::printable)
            .toList();
    return said.subList(Math.max(0, said.size() - MOST_LINES), said.size());
  }

  /**
   * A text without its beginning. The last of it is left: what was masked in it is shorter now.
   *
   * @param unseen characters
   */
  public static String after(int unseen, String masked) {
    return masked.substring(Math.clamp(masked.length() - LEFT, 0, unseen));
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
