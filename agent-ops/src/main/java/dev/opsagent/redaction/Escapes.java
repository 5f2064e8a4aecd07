package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.Optional;

/**
 * A family of escapes: of JSON, shells, Java, YAML and C; of URLs; of XML and HTML. Decoding what
 * an encoder of the family wrote gives what it was given, so one decoder stands for every choice
 * that encoders have.
 */
enum Escapes {
  BACKSLASH('\\', 16) {
    @Override
    Reading read(String escape) {
      if (escape.length() == 1) {
        return Reading.MORE;
      }
      return switch (escape.charAt(1)) {
        case 'x' -> code(escape, 2, 2, 16, true);
        case 'u' -> escape.startsWith("\\u{") ? braced(escape) : utf16(escape);
        case 'U' -> code(escape, 2, 8, 16, false);
        case '0', '1', '2', '3' -> code(escape, 1, 3, 8, true);
        case 'n' -> Reading.text("\n");
        case 'r' -> Reading.text("\r");
        case 't' -> Reading.text("\t");
        case 'b' -> Reading.text("\b");
        case 'f' -> Reading.text("\f");
        case 'e', 'E' -> Reading.text("\u001b");
        default -> new Reading.Whole(escape.substring(1));
      };
    }
  },
  PERCENT('%', 3) {
    @Override
    Reading read(String escape) {
      return code(escape, 1, 2, 16, true);
    }
  },
  ENTITY('&', 10) {
    @Override
    Reading read(String escape) {
      if (!escape.endsWith(";")) {
        boolean soFar = escape.length() == 1 || ENTITY_SO_FAR.matcher(escape).matches();
        return soFar ? Reading.MORE : Reading.NOT;
      }
      String name = escape.substring(1, escape.length() - 1);
      if (name.startsWith("#x") || name.startsWith("#X")) {
        return number(name.substring(2), 16);
      }
      return name.startsWith("#")
          ? number(name.substring(1), 10)
          : Optional.ofNullable(NAMES.get(name)).map(Reading::text).orElse(Reading.NOT);
    }
  };

  private static final java.util.regex.Pattern ENTITY_SO_FAR =
      java.util.regex.Pattern.compile("&#?[A-Za-z0-9]*");

  private static final Map<String, String> NAMES =
      Map.of(
          "amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0", "sol", "/",
          "plus", "+", "equals", "=");

  private final int mark;
  private final int longest;

  Escapes(int mark, int longest) {
    this.mark = mark;
    this.longest = longest;
  }

  /** The byte that begins an escape. */
  int mark() {
    return mark;
  }

  /**
   * Reads what has come since the mark.
   *
   * @param escape the mark and all that followed it, with one character per byte
   */
  abstract Reading read(String escape);

  /** The same, for a text that may be longer than any escape. */
  final Reading bounded(String escape) {
    Reading reading = read(escape);
    return reading instanceof Reading.More && escape.length() >= longest ? Reading.NOT : reading;
  }

  /** What a text that begins with the mark is. */
  sealed interface Reading {
    Reading MORE = new More();
    Reading NOT = new Not();

    /** The beginning of an escape. */
    record More() implements Reading {}

    /** No escape. */
    record Not() implements Reading {}

    /**
     * A whole escape.
     *
     * @param bytes what it stands for, with one character per byte
     */
    record Whole(String bytes) implements Reading {}

    private static Reading text(String text) {
      return new Whole(new String(text.getBytes(UTF_8), ISO_8859_1));
    }
  }

  private static Reading code(String escape, int from, int digits, int radix, boolean single) {
    for (int i = from; i < escape.length(); i++) {
      if (Character.digit(escape.charAt(i), radix) < 0) {
        return Reading.NOT;
      }
    }
    if (escape.length() < from + digits) {
      return Reading.MORE;
    }
    int code = Integer.parseUnsignedInt(escape.substring(from, from + digits), radix);
    return single ? new Reading.Whole(String.valueOf((char) (code & 0xff))) : point(code);
  }

  private static Reading point(int code) {
    return Character.isValidCodePoint(code) ? Reading.text(Character.toString(code)) : Reading.NOT;
  }

  private static Reading number(String digits, int radix) {
    if (digits.isEmpty() || digits.chars().anyMatch(it -> Character.digit(it, radix) < 0)) {
      return Reading.NOT;
    }
    return point(Integer.parseInt(digits, radix));
  }

  private static Reading braced(String escape) {
    return escape.endsWith("}")
        ? number(escape.substring(3, escape.length() - 1), 16)
        : Reading.MORE;
  }

  /** Two escapes may be one character. */
  private static Reading utf16(String escape) {
    if (escape.length() < 6) {
      return code(escape, 2, 4, 16, false);
    }
    Reading first = code(escape.substring(0, 6), 2, 4, 16, false);
    if (first instanceof Reading.Not) {
      return first;
    }
    char unit = (char) Integer.parseInt(escape.substring(2, 6), 16);
    if (!Character.isHighSurrogate(unit)) {
      return Reading.text(String.valueOf(unit));
    }
    boolean goesOn = "\\u".startsWith(escape.substring(6, Math.min(8, escape.length())));
    if (!goesOn || escape.length() < 12) {
      return goesOn ? code("\\u" + rest(escape), 2, 4, 16, false) : Reading.NOT;
    }
    char low = (char) Integer.parseUnsignedInt(escape.substring(8, 12), 16);
    return Reading.text(String.valueOf(new char[] {unit, low}));
  }

  private static String rest(String escape) {
    return escape.length() > 8 ? escape.substring(8) : "";
  }
}
