package dev.opsagent.redaction;

import java.util.OptionalInt;
import java.util.Set;

/** What follows the beginning of a {@link Shape}, read byte by byte. */
abstract class Run {
  /** Nothing of a known shape is longer. */
  private static final int LONGEST = 16 * 1024;

  private int read;

  /** What stands of it: how many bytes after the beginning have been taken. */
  final int read() {
    return read;
  }

  /** Whether the byte belongs to it; it has ended when it does not. */
  final boolean take(int unsigned) {
    if (read >= LONGEST || !belongs(unsigned)) {
      return false;
    }
    read++;
    return true;
  }

  abstract boolean belongs(int unsigned);

  /**
   * Once it has ended: from which byte after the beginning on it is to be hidden; negative values
   * reach back into the beginning. Empty when it was nothing.
   *
   * @param beginning how long the beginning is
   */
  abstract OptionalInt secretFrom(int beginning);

  /**
   * The same for one that is cut off, as far as it can be told from what is none.
   *
   * @param least bytes that are worth hiding
   */
  OptionalInt cutFrom(int beginning, int least) {
    return secretFrom(beginning);
  }

  /** Letters of an alphabet. */
  static class Token extends Run {
    private final String alphabet;
    private final int least;

    Token(String alphabet, int least) {
      this.alphabet = alphabet;
      this.least = least;
    }

    @Override
    boolean belongs(int unsigned) {
      return alphabet.indexOf(unsigned) >= 0;
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      return read() >= least ? OptionalInt.of(-beginning) : OptionalInt.empty();
    }

    @Override
    OptionalInt cutFrom(int beginning, int enough) {
      return read() >= enough ? OptionalInt.of(-beginning) : OptionalInt.empty();
    }
  }

  /**
   * The same in parts with dots between. A token whose one part in the middle is empty is a
   * signature that was taken off what it signs: it opens nothing, and is of no use when hidden.
   */
  static final class Dotted extends Token {
    private final int leastDots;
    private int dots;
    private boolean afterDot;
    private boolean detached;

    Dotted(String alphabet, int leastDots, int least) {
      super(alphabet, least);
      this.leastDots = leastDots;
    }

    @Override
    boolean belongs(int unsigned) {
      boolean dot = unsigned == '.';
      if (dot) {
        dots++;
        detached = dots == 2 && afterDot;
      }
      afterDot = dot;
      return dot || super.belongs(unsigned);
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      return dots >= leastDots && !detached ? super.secretFrom(beginning) : OptionalInt.empty();
    }

    @Override
    OptionalInt cutFrom(int beginning, int enough) {
      return detached ? OptionalInt.empty() : super.cutFrom(beginning, enough);
    }
  }

  /** To the line that ends a key; without one, as far as it goes. */
  static final class Key extends Run {
    private static final String END = "-----END";

    private final StringBuilder last = new StringBuilder();
    private boolean ending;
    private int dashes;

    @Override
    boolean belongs(int unsigned) {
      if (unsigned == '"' || dashes == 5) {
        return false;
      }
      last.append((char) unsigned);
      if (last.length() > END.length()) {
        last.deleteCharAt(0);
      }
      dashes = ending && unsigned == '-' ? dashes + 1 : 0;
      ending |= END.contentEquals(last);
      return true;
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      return OptionalInt.of(-beginning);
    }
  }

  /** What stands behind the name of a setting, if it is no reference to another. */
  static class Setting extends Run {
    private static final String BETWEEN = ":='\" \t\\";
    private static final String AFTER = " \t\r\n'\",;\\";

    private final int least;
    private int from = -1;
    private boolean separated;
    private boolean reference;

    Setting(int least) {
      this.least = least;
    }

    @Override
    boolean belongs(int unsigned) {
      if (from < 0 && BETWEEN.indexOf(unsigned) >= 0) {
        separated |= unsigned == ':' || unsigned == '=';
        return true;
      }
      if (from < 0) {
        from = read();
        reference = unsigned == '$' || unsigned == '<' || unsigned == '*' || unsigned == '[';
      }
      return separated && !reference && AFTER.indexOf(unsigned) < 0;
    }

    final int wordFrom() {
      return from;
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      return cutFrom(beginning, least);
    }

    @Override
    OptionalInt cutFrom(int beginning, int enough) {
      boolean secret = from >= 0 && !reference && separated && read() - from >= enough;
      return secret ? OptionalInt.of(from) : OptionalInt.empty();
    }
  }

  /** The credentials of a header, behind the name of their scheme if there is one. */
  static final class Login extends Run {
    private static final Set<String> SCHEMES =
        Set.of("basic", "bearer", "token", "digest", "negotiate", "apikey", "bot");

    private final Setting word = new Setting(16);
    private final StringBuilder scheme = new StringBuilder();
    private final StringBuilder credentials = new StringBuilder();
    private boolean named;

    @Override
    boolean belongs(int unsigned) {
      if (named) {
        boolean more = "\r\n'\"\\, ".indexOf(unsigned) < 0;
        credentials.append(more ? "x" : "");
        return more;
      }
      if (word.take(unsigned)) {
        scheme.append(word.wordFrom() >= 0 ? String.valueOf((char) unsigned) : "");
        return true;
      }
      named =
          unsigned == ' ' && SCHEMES.contains(scheme.toString().toLowerCase(java.util.Locale.ROOT));
      return named;
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      if (named) {
        int length = credentials.length();
        return length >= 6 ? OptionalInt.of(read() - length) : OptionalInt.empty();
      }
      return word.secretFrom(beginning);
    }

    @Override
    OptionalInt cutFrom(int beginning, int enough) {
      return named ? secretFrom(beginning) : word.cutFrom(beginning, enough);
    }
  }

  /** User and password of an address; the user stays, unless it is a token itself. */
  static final class UserInfo extends Run {
    private static final String NEVER = "/?#\"'<>\\ \t\r\n";
    private static final int LIKE_A_TOKEN = 20;

    private int colon = -1;
    private boolean ended;

    @Override
    boolean belongs(int unsigned) {
      ended = unsigned == '@';
      if (ended || NEVER.indexOf(unsigned) >= 0) {
        return false;
      }
      colon = colon < 0 && unsigned == ':' ? read() : colon;
      return true;
    }

    @Override
    OptionalInt secretFrom(int beginning) {
      boolean password = colon >= 0 && read() > colon + 1;
      if (!ended || (!password && read() < LIKE_A_TOKEN)) {
        return OptionalInt.empty();
      }
      return OptionalInt.of(password ? colon + 1 : 0);
    }

    /** A port is shorter than what is worth hiding. */
    @Override
    OptionalInt cutFrom(int beginning, int enough) {
      boolean password = colon >= 0 && read() > colon + enough;
      return password ? OptionalInt.of(colon + 1) : OptionalInt.empty();
    }
  }
}
