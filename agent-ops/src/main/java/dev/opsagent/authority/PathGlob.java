package dev.opsagent.authority;

import java.util.regex.Pattern;

/**
 * A glob over normalised relative paths: {@code *} and {@code ?} stay within a segment, {@code **}
 * crosses segments (and {@code **}{@code /} matches no segment too), {@code {a,b}} is a choice.
 * Always sensitive to case.
 */
public record PathGlob(String glob, Pattern pattern) {
  /** The compiled form of the glob. */
  public static PathGlob of(String glob) {
    return new PathGlob(glob, Pattern.compile(regex(glob), Pattern.DOTALL));
  }

  public boolean matches(String path) {
    return pattern.matcher(path).matches();
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < glob.length()) {
      if (glob.startsWith("**/", at)) {
        regex.append("(?:.*/)?");
        at += 3;
        continue;
      }
      if (glob.startsWith("**", at)) {
        regex.append(".*");
        at += 2;
        continue;
      }
      regex.append(regex(glob.charAt(at)));
      at++;
    }
    return regex.toString();
  }

  private static String regex(char c) {
    return switch (c) {
      case '*' -> "[^/]*";
      case '?' -> "[^/]";
      case '{' -> "(?:";
      case '}' -> ")";
      case ',' -> "|";
      default -> Pattern.quote(String.valueOf(c));
    };
  }
}
