package dev.opsagent.authority.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A word or a mark of the instruction.
 *
 * @param raw as it stands there
 * @param text in lower case, without a possessive {@code 's}
 * @param start offset of its first character
 * @param end offset behind its last character
 */
record Token(String raw, String text, int start, int end) {
  private static final String INNER = "._/@:'+#-\u2019";
  private static final int LONGEST_TAG = 64;
  private static final String LEADING = "._@/#";

  /** The tokens of a text; what stands in square brackets is left out. */
  static List<Token> of(String text) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      at = text.charAt(at) == '[' ? behindBracket(text, at) : next(text, at, tokens);
    }
    return tokens;
  }

  /** A mark that ends a sentence. */
  boolean endsSentence() {
    return switch (text) {
      case ".", "!", "?", ";", "\n", "\u2026" -> true;
      default -> false;
    };
  }

  /** A mark that parts clauses. */
  boolean parts() {
    return switch (text) {
      case ",", ":", "-", "(", ")", "/", "\u2013", "\u2014", "&", "+", "*", ">", "\u2022" -> true;
      default -> false;
    };
  }

  private static int next(String text, int at, List<Token> tokens) {
    int end = behindWord(text, at);
    if (end > at) {
      tokens.add(token(text, at, end));
      return end;
    }
    char mark = text.charAt(at);
    if (mark == '\n' || !Character.isWhitespace(mark)) {
      tokens.add(new Token(String.valueOf(mark), String.valueOf(mark), at, at + 1));
    }
    return at + 1;
  }

  private static Token token(String text, int start, int end) {
    String raw = text.substring(start, end);
    String plain = raw.toLowerCase(Locale.ROOT).replace('\u2019', '\'');
    boolean possessive = plain.endsWith("'s") && !plain.equals("let's");
    return new Token(raw, possessive ? plain.substring(0, plain.length() - 2) : plain, start, end);
  }

  private static int behindWord(String text, int start) {
    int at = start;
    boolean leading = LEADING.indexOf(text.charAt(at)) >= 0 && follows(text, at);
    at = leading ? at + 1 : at;
    while (at < text.length() && (inWord(text.charAt(at)) || (at > start && joins(text, at)))) {
      at++;
    }
    return at;
  }

  private static boolean joins(String text, int at) {
    return INNER.indexOf(text.charAt(at)) >= 0 && follows(text, at);
  }

  private static boolean follows(String text, int at) {
    return at + 1 < text.length() && inWord(text.charAt(at + 1));
  }

  private static boolean inWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  /** A ticket number or a tag; an unclosed bracket is a mark like others. */
  private static int behindBracket(String text, int at) {
    int close = text.indexOf(']', at, Math.min(text.length(), at + LONGEST_TAG));
    return close < 0 ? at + 1 : close + 1;
  }
}
