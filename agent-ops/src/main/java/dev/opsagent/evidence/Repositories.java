package dev.opsagent.evidence;

import java.util.Locale;

/** Tells whether two URLs mean one repository, as far as their text alone can tell. */
final class Repositories {
  private Repositories() {}

  /** The URL without what hosts do not care about: a slash or {@code .git} at its end, case. */
  static String plain(String url) {
    String plain = url.strip();
    while (plain.endsWith("/")) {
      plain = plain.substring(0, plain.length() - 1);
    }
    if (plain.endsWith(".git")) {
      plain = plain.substring(0, plain.length() - 4);
    }
    int host = plain.indexOf("://");
    int path = host < 0 ? -1 : plain.indexOf('/', host + 3);
    return path < 0
        ? plain
        : plain.substring(0, path).toLowerCase(Locale.ROOT) + plain.substring(path);
  }

  static boolean same(String one, String other) {
    return plain(one).equals(plain(other));
  }
}
