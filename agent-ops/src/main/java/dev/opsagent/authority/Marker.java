package dev.opsagent.authority;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Lines by which a file shows that it is another agent's, where its path says that it is the Ops
 * Agent's. A marker can only take away: content is made by whoever can write the file.
 *
 * @param lines globs over lines in lower case, blanks at both ends removed, inner ones single
 */
record Marker(Judgement judgement, List<PathGlob> paths, List<String> lines) {
  /** Beyond this nobody looks for lines, and the file is taken for marked. */
  static final int MOST_BYTES = 1024 * 1024;

  Marker {
    paths = List.copyOf(paths);
    lines = List.copyOf(lines);
  }

  boolean appliesTo(String folded) {
    return paths.stream().anyMatch(it -> it.matches(folded));
  }

  boolean marks(byte[] content) {
    if (content.length > MOST_BYTES) {
      return true;
    }
    return new String(content, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT))
        .anyMatch(line -> lines.stream().anyMatch(it -> matches(it, line)));
  }

  /** A star is any text; everything else is itself. Takes the earliest fit of each part. */
  private static boolean matches(String pattern, String line) {
    String[] parts = pattern.split("\\*", -1);
    String last = parts[parts.length - 1];
    if (parts.length == 1) {
      return line.equals(pattern);
    }
    if (!line.startsWith(parts[0])) {
      return false;
    }
    int at = parts[0].length();
    for (int i = 1; i < parts.length - 1; i++) {
      int found = line.indexOf(parts[i], at);
      if (found < 0) {
        return false;
      }
      at = found + parts[i].length();
    }
    return line.length() - at >= last.length() && line.endsWith(last);
  }
}
