package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.DotenvEntry.Kind;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes values as every reader of dotenv files understands them. */
final class DotenvText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,=-]+");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)", Pattern.DOTALL);

  private DotenvText() {}

  /** The value in the quotes that were there, or else in the fewest that will do. */
  static String of(String key, String value, Kind before) throws Stopped {
    Optional<String> same = written(value, before);
    if (same.isPresent()) {
      return same.get();
    }
    return List.of(Kind.BARE, Kind.SINGLE, Kind.DOUBLE).stream()
        .flatMap(kind -> written(value, kind).stream())
        .findFirst()
        .orElseThrow(() ->
            Unsure.of("no way to write the value of %s is read alike everywhere".formatted(key)));
  }

  private static Optional<String> written(String value, Kind kind) {
    return switch (kind) {
      case BARE -> PLAIN.matcher(value).matches() ? Optional.of(value) : Optional.empty();
      case SINGLE ->
          value.contains("'") || value.endsWith("\\")
              ? Optional.empty()
              : Optional.of("'" + value + "'");
      case DOUBLE ->
          value.contains("$")
              ? Optional.empty()
              : Optional.of("\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
      case INHERITED, UNSURE -> Optional.empty();
    };
  }

  /** What stands between double quotes, without its escapes; variables are left as they are. */
  static String unescaped(String inner) {
    return ESCAPE
        .matcher(inner)
        .replaceAll(escape -> Matcher.quoteReplacement(unescaped(escape.group(1).charAt(0))));
  }

  private static String unescaped(char escaped) {
    return switch (escaped) {
      case 'n' -> "\n";
      case 'r' -> "\r";
      case 't' -> "\t";
      case '"', '\\' -> String.valueOf(escaped);
      default -> "\\" + escaped;
    };
  }
}
